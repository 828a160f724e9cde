/** Cost as a user's history grows, from ten rewards and payouts to 100,000 of each. */
import type { Section } from '../bench.ts';
import { costText } from '../capacity/meter.ts';
import { atMost, type Row } from '../report.ts';
import { unitsByDepth } from './by-depth.ts';
import { timesByHistory, unitsByHistory } from './by-length.ts';
import { type Histories, type HistoryUser, openHistories, UNIT } from './histories.ts';

export const history: Section = {
  name: 'history',
  title: 'Cost as history grows, 10 to 100,000 rewards and as many payouts',
  run: async (bench) => {
    await using histories = await openHistories(bench);
    const unlock = await unlocking(histories);
    const [unitRows, unitChart] = await unitsByHistory(histories);
    const [depthRows, depthChart] = await unitsByDepth(histories);
    const [timeRows, timeChart] = await timesByHistory(bench, histories);
    const reconciled = await reconciling(histories);
    return {
      rows: [...unitRows, ...timeRows, ...depthRows, ...unlock, reconciled],
      charts: [unitChart, timeChart, depthChart],
    };
  },
};

/** Requests are repeated while they answer 500 for having too much to unlock, but not for ever. */
const UNLOCKING_REQUESTS_MAX = 50;
const EXPECTED_REQUESTS_MAX = 5;

/** Unlocks whatever is due, for all users. */
async function unlocking(histories: Histories): Promise<Row[]> {
  const { users, longest, console, costOf } = histories;
  const before = await costOf(() => console(longest).get('me'));
  let row: Row | undefined;
  for (const user of users) {
    const { requests, seconds } = await unlockAll(histories, user);
    const what = `requests that the first unlock of ${(user.items / 2).toLocaleString('en-US')} rewards takes`;
    const detail = `${seconds.toFixed(1)} s; /me before it ${costText(before)}`;
    if (user === longest) row = atMost(what, EXPECTED_REQUESTS_MAX, requests, detail);
  }
  return row ? [row] : [];
}

/** Asks for all but one unit, which takes all that is due, until granted; then takes it back. */
async function unlockAll({ console }: Histories, user: HistoryUser) {
  const start = performance.now();
  for (let requests = 1; requests <= UNLOCKING_REQUESTS_MAX; requests++) {
    const { status, text } = await console(user).tryPayout(user.unlockableMicro - UNIT);
    if (status === 202) {
      const seconds = (performance.now() - start) / 1000;
      await console(user).cancel((JSON.parse(text) as { id: string }).id);
      return { requests, seconds };
    }
    if (status !== 500) throw new Error(`${status}: ${text}`);
  }
  throw new Error('The rewards were not unlocked.');
}

/** All users, in as few runs of the function as its time-out allows. */
async function reconciling({ costOf, invoke }: Histories): Promise<Row> {
  const start = performance.now();
  let runs = 0;
  let step: { next?: string } = {};
  const cost = await costOf(async () => {
    do {
      const outcome = await invoke('Reconcile', { next: step.next });
      if (outcome.type !== 'result') throw new Error('Reconcile did not answer.');
      step = JSON.parse(outcome.payload) as typeof step;
      runs++;
    } while (step.next !== undefined);
  });
  const seconds = (performance.now() - start) / 1000;
  const detail = `${seconds.toFixed(1)} s; ${costText(cost)}; ${JSON.stringify(step)}`;
  return atMost('runs that reconcile all of these histories', 1, runs, detail);
}
