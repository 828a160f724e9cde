/** `npm run bench`: what requests cost, against floors and a peer measured in the same run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orUsage } from '../usage.ts';
import { prepare, type Section } from './bench.ts';
import { bounds } from './bounds/bounds-section.ts';
import { capacity } from './capacity/capacity-section.ts';
import { flood } from './flood/flood-section.ts';
import { history } from './history/history-section.ts';
import { hotUser } from './hot-user/hot-user-section.ts';
import { bytes, coldStart, warm } from './payout-function.ts';
import { reconciliation } from './reconcile/reconcile-section.ts';
import { allMet, readOptions, table } from './report.ts';
import { svg } from './svg/chart.ts';

const SECTIONS: Section[] = [
  bytes,
  coldStart,
  warm,
  capacity,
  bounds,
  reconciliation,
  history,
  hotUser,
  flood,
];

const NAMES = SECTIONS.map(({ name }) => name);

const USAGE = `Usage: npm run bench -- [options]

Measures what requests cost, against floors and a peer in the same run.

Options
  --only SECTION   this section, more than one if given again: ${NAMES.join(', ')}
  --svg FOLDER     where the pictures go (default .build/bench)
  --quick          few rounds, to try the benchmark itself
  --help           this

Exit code: 0 every target was met; 1 one was missed; 2 the command line cannot be used.`;

const options = orUsage(USAGE, (args) => readOptions(args, NAMES));
const bench = await prepare(options);
const done = [];
for (const { name, title, run } of SECTIONS) {
  if (!options.sections.includes(name)) continue;
  const start = performance.now();
  const { rows, charts = [] } = await run(bench);
  console.error(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  done.push({ title, rows });
  mkdirSync(options.svgDir, { recursive: true });
  for (const chart of charts) writeFileSync(join(options.svgDir, `${chart.name}.svg`), svg(chart));
}
console.log(table(done));
if (options.quick) console.error('This was a quick run: its times say little.');
console.error(`The pictures are in ${options.svgDir}.`);
process.exitCode = allMet(done) ? 0 : 1;
