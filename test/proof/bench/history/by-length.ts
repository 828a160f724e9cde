/** What requests consume, and how long they take, after histories of different lengths. */

import type { Bench } from '../bench.ts';
import { consoleEvent } from '../callers.ts';
import { type Cost, costText } from '../capacity/meter.ts';
import { type Blocks, functionEnvironment, measuring } from '../measure.ts';
import { atMost, median, type Row } from '../report.ts';
import type { Chart } from '../svg/chart.ts';
import { type Histories, type HistoryRequest, historyRequests } from './histories.ts';

export async function unitsByHistory({
  users,
  console,
  costOf,
}: Histories): Promise<[Row[], Chart]> {
  const rows: Row[] = [];
  const series = [];
  for (const { what, send } of historyRequests) {
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

const RUNS = 3;

/**
 * Only the longest history warms up: a payout makes its user's history longer, and hundreds of them
 * would make it no short one any more. The measured payouts are few for the same reason.
 */
const READS: Blocks = { warmUp: 100, measured: 40, calls: 5 };
const PAYOUTS: Blocks = { ...READS, measured: 20 };

const RATIO_MAX = 1.1;

export async function timesByHistory(bench: Bench, histories: Histories): Promise<[Row[], Chart]> {
  const rows: Row[] = [];
  const series = [];
  for (const request of historyRequests) {
    const runs: number[][] = [];
    for (let run = 0; run < bench.rounds(RUNS); run++)
      runs.push(await ratios(bench, histories, request));
    const byHistory = histories.users.map((_user, index) =>
      median(runs.map((run) => run[index] ?? Number.NaN)),
    );
    const all = byHistory.map((ratio) => ratio.toFixed(3)).join(' ');
    rows.push(
      atMost(
        `${request.what}: time, longest / shortest history`,
        RATIO_MAX,
        byHistory.at(-1) ?? Number.NaN,
        all,
      ),
    );
    series.push({
      name: request.what,
      points: byHistory.map((ratio, index) => [histories.users[index]?.items ?? 0, ratio] as const),
    });
  }
  return [
    rows,
    {
      name: 'history-time',
      title: 'Time per request by length of history',
      note: 'Median of warm requests, over that of the user with ten items; in turns in one process',
      x: 'rewards, and as many payouts, that the user has',
      y: 'time, 1 = with ten items',
      series,
    },
  ];
}

/** The median time of each user's requests, over that of the first user's. */
async function ratios(
  bench: Bench,
  histories: Histories,
  request: HistoryRequest,
): Promise<number[]> {
  const { method, path, body, status } = request.event;
  const lambda = bench.stack.functions.find(({ name }) => name === request.functionName);
  if (!lambda) throw new Error(`The stack has no function ${request.functionName}.`);
  const measure = measuring(
    bench.work,
    functionEnvironment(lambda.environment, histories.databaseUrl),
  );
  const cases = histories.users.map((user) => ({
    file: `${lambda.dir}/index.mjs`,
    event: consoleEvent(user.token, method, path, body),
    status,
    warmsUp: user === histories.longest,
  }));
  const blocks = method === 'GET' ? READS : PAYOUTS;
  const medians = (await measure.compare(cases, blocks)).map(({ ms }) => median(ms));
  return medians.map((ms) => ms / (medians[0] ?? Number.NaN));
}
