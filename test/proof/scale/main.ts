/** `npm run scale`: what 100 million users take, 10 million payouts a day, and where that ends. */
import { buildApp } from '../../../infra/assembly.ts';
import { stageNamed } from '../../../infra/stages.ts';
import { withFolder } from '../../support/synth.ts';
import { resourcesIn } from '../cost/cost-table.ts';
import { orUsage } from '../usage.ts';
import { blocks } from './scale-tables.ts';

const USAGE = `Usage: npm run scale

Prints the tables of infra/SCALE.md, each with the name that it has there.

Exit code: 0, or 2 where the command line cannot be used.`;

orUsage(USAGE, (args) => {
  if (args.length > 0) throw new Error(`There is no argument ${args[0]}.`);
});

await withFolder(async (outdir) => {
  const { directory } = (await buildApp({ outdir, settings: stageNamed('personal') })).synth();
  for (const [name, text] of Object.entries(blocks(resourcesIn(directory))))
    process.stdout.write(`${name}\n\n${text}\n`);
});
