/** What a month costs after a year of such payouts, by the cost model's prices. */
import { FUNCTIONS } from '../../../infra/compute/catalogue.ts';
import type { Resources } from '../cost/bill.ts';
import { MEMORY_GB } from '../cost/operations.ts';
import { added, PRICES, priced, times, type Usage } from '../cost/prices.ts';
import { ETHEREUM, PAYOUTS_A_DAY, SAFE_BATCH } from './assumed.ts';
import type { Place } from './item-bytes.ts';
import { gbByPlace, usageOfPayout } from './load.ts';
import { functionsAtOnce } from './looks.ts';
import { right, shown, table } from './markdown.ts';
import { roundUsage } from './rounds-table.ts';

const DAYS = 30;

/** What is less is in the sum alone. */
const LEAST_USD = 1_000;

/** Point-in-time recovery keeps tables with their local indexes. */
const isRecovered = (place: Place): boolean => !place.includes('/');

export function yearCostTable(resources: Resources): string {
  const gb = [...gbByPlace()];
  const sum = (places: typeof gb) => places.reduce((all, [, one]) => all + one, 0);
  const payouts: Usage = {
    ...times(PAYOUTS_A_DAY * DAYS, usageOfPayout(resources)),
    tableGbMonth: sum(gb),
    recoveryGbMonth: sum(gb.filter(([place]) => isRecovered(place))),
  };
  const looking = functionsAtOnce(ETHEREUM, SAFE_BATCH) * FUNCTIONS.SettleByChain.timeoutSeconds;
  const looks: Usage = { gbSecond: MEMORY_GB * looking * 60 * 24 * DAYS };
  const bills = [added(payouts, looks), times(DAYS, roundUsage())].map(priced);
  const services = new Set(Object.values(PRICES).map(({ service }) => service));
  const usd = (cell: number): string => (cell === 0 ? '' : shown(cell));
  const together = bills.map((bill) => [...bill.values()].reduce((all, one) => all + one, 0));
  const head = ['us-east-1, $ a month', 'payouts', 'reconciling daily'];
  return table(
    head,
    right(head),
    ...[...services]
      .map((service): [string, number[]] => [service, bills.map((bill) => bill.get(service) ?? 0)])
      .filter(([, sums]) => sums.some((one) => one >= LEAST_USD))
      .map(([service, sums]) => [service, ...sums.map(usd)]),
    ['together', ...together.map(usd)],
  );
}
