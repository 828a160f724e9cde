/** `npm run drill -- --payouts N --kills N --seed N`: paying hundreds, and being killed in it. */
import { parseArgs } from 'node:util';
import { openDatabase, serveStack } from '../../../infra/local/service.ts';
import { readAssembly } from '../../../infra/local/template/read-assembly.ts';
import { openAssembly } from '../../../infra/local/template/synthesize.ts';
import { orUsage, wholeNumber } from '../usage.ts';
import { drill } from './drill.ts';

const USAGE = `Usage: npm run drill -- [options]

Pays hundreds of payouts on three networks by the operator's command line, which is killed and
begun again, and says how long it took.

Options
  --payouts N   how many (default 300)
  --kills N     how often a command is killed (default 10)
  --seed N      decides what is asked for, and when it kills (default 1)
  --help        this

Exit code: 0 each was paid once; 1 something was wrong; 2 the command line cannot be used.`;

const settings = orUsage(USAGE, (args) => {
  const { values } = parseArgs({
    args,
    options: {
      payouts: { type: 'string', default: '300' },
      kills: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
    },
  });
  return {
    payouts: wholeNumber('payouts', values.payouts, 1),
    kills: wholeNumber('kills', values.kills),
    seed: wholeNumber('seed', values.seed),
  };
});

using assembly = await openAssembly();
const template = readAssembly(assembly.directory);
await using database = await openDatabase(template, {});
await using service = await serveStack(template, {
  database,
  throttling: true,
  log: () => undefined,
});
const { wrong, seconds, killed, parts } = await drill({
  ...settings,
  url: service.gateway.url,
  newUser: async (available_micro) =>
    `nl_session=${(await database.sessions.create({ available_micro })).token}`,
  report: (line) => console.log(line),
});
for (const sentence of wrong) console.log(`WRONG: ${sentence}`);
console.log(
  `Seed ${settings.seed}: ${settings.payouts} payouts in ${parts} files, ${killed.length} kills, ${seconds.toFixed(0)} s; ${wrong.length} wrong.`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
