/** `npm run cost`: what a stage costs, by its template, the benchmark's units and list prices. */
import { parseArgs } from 'node:util';
import { buildApp } from '../../../infra/assembly.ts';
import { stageNamed } from '../../../infra/stages.ts';
import { withFolder } from '../../support/synth.ts';
import { orUsage } from '../usage.ts';
import { costTable, resourcesIn } from './cost-table.ts';
import { LOOKED_UP_ON } from './prices.ts';

const USAGE = `Usage: npm run cost -- [options]

Says what a stage costs: idle for a month, and for a million payouts.

Options
  --stage NAME   of infra/stages.ts (default personal)
  --help         this

Exit code: 0, or 2 where the command line cannot be used.`;

const settings = orUsage(USAGE, (args) => {
  const { values } = parseArgs({ args, options: { stage: { type: 'string' } } });
  return stageNamed(values.stage ?? 'personal');
});

await withFolder(async (outdir) => {
  const { directory } = (await buildApp({ outdir, settings })).synth();
  console.log(`List prices of us-east-1, looked up on ${LOOKED_UP_ON}, without free allowances.\n`);
  process.stdout.write(costTable(resourcesIn(directory)));
});
