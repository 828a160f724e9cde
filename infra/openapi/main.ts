/** `npm run openapi`: prints the OpenAPI document, or writes it with `-- --out FILE`. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { settleIn } from '../surroundings.ts';
import { openApi, printJson } from './document.ts';

const HELP = `npm run openapi                   prints the OpenAPI 3.1 document
npm run openapi -- --out FILE     writes it to the file`;

settleIn();

try {
  const { values } = parseArgs({ options: { out: { type: 'string' }, help: { type: 'boolean' } } });
  const text = values.help ? `${HELP}\n` : printJson(openApi());
  if (values.out === undefined || values.help) process.stdout.write(text);
  else writeFileSync(values.out, text);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
  process.exitCode = 2;
}
