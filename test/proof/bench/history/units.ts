/**
 * What requests consume after histories of different lengths: exactly the same, or something reads
 * too much.
 */
import { type Cost, costText } from '../capacity/meter.ts';
import { atMost, type Row } from '../rows.ts';
import type { Chart } from '../svg/chart.ts';
import type { Histories } from './histories.ts';
import { requests } from './requests.ts';

/** The target; equal is what is expected. */
const RATIO_MAX = 1.1;

export async function unitsByHistory({
  users,
  console,
  costOf,
}: Histories): Promise<[Row[], Chart]> {
  const rows: Row[] = [];
  const series = [];
  for (const { what, send } of requests) {
    const costs: Cost[] = [];
    for (const user of users) costs.push(await costOf(() => send(console(user))));
    const [shortest, longest] = [costs[0], costs.at(-1)];
    if (!shortest || !longest) throw new Error('no users');
    const worst = (part: (cost: Cost) => number) => Math.max(...costs.map(part)) / part(shortest);
    rows.push(
      atMost(
        `${what}: units, worst / shortest history`,
        RATIO_MAX,
        worst(units),
        `${costText(longest)} / ${costText(shortest)}`,
      ),
      atMost(
        `${what}: calls, worst / shortest history`,
        RATIO_MAX,
        worst(({ roundTrips }) => roundTrips),
      ),
    );
    series.push({
      name: what,
      points: costs.map((cost, index) => [users[index]?.items ?? 0, units(cost)] as const),
    });
  }
  return [
    rows,
    {
      name: 'history-units',
      title: 'Capacity units per request by length of history',
      note: 'Read and write request units together, as the engine reports them',
      x: 'rewards, and as many payouts, that the user has',
      y: 'request units',
      series,
    },
  ];
}

const units = ({ read, write }: Cost): number => read + write;
