/** The bill as the table of infra/README.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { idleMonth, onePayout, type Resources } from './bill.ts';
import { PRICES, priced, times } from './prices.ts';

const MILLION = 1e6;

/** The resources of every stack in a cloud assembly. */
export function resourcesIn(assembly: string): Resources {
  const templates = readdirSync(assembly).filter((name) => name.endsWith('.template.json'));
  if (templates.length === 0) throw new Error(`There is no synthesized template in ${assembly}.`);
  return Object.assign(
    {},
    ...templates.map((name) => JSON.parse(readFileSync(join(assembly, name), 'utf8')).Resources),
  );
}

/** In Markdown, with a line break at its end. */
export function costTable(resources: Resources): string {
  const usages = [idleMonth(resources), times(MILLION, onePayout(resources))];
  const bills = usages.map(priced);
  const services = new Set(Object.values(PRICES).map(({ service }) => service));
  const rows = [...services]
    .map((service): Row => [service, ...bills.map((bill) => bill.get(service) ?? 0)])
    .filter(([, ...sums]) => sums.some((usd) => usd > 0));
  const together = bills.map((bill) => [...bill.values()].reduce((sum, usd) => sum + usd, 0));
  const traces = usages.map(({ invocation = 0 }) => invocation * PRICES.trace.usd);
  return [
    ['us-east-1, $', 'idle, a month', 'a million payouts'],
    ['---', '--:', '--:'],
    ...[
      ...rows,
      ['together', ...together],
      ['X-Ray beside it, as long as tracing is on, at most', ...traces],
    ].map((cells) => cells.map(shown)),
  ]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

type Row = [service: string, ...usd: number[]];

function shown(cell: string | number): string {
  if (typeof cell === 'string') return cell;
  if (cell === 0) return '';
  return cell < 0.01 ? '< 0.01' : cell.toFixed(2);
}
