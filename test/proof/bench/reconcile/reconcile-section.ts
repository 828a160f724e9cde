/** What reconciliation takes for an account, beside what it takes where each is looked at alone. */
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openDatabase } from '../../../../infra/local/service.ts';
import { inParallel } from '../../../../lib/store/dynamodb/concurrency.ts';
import { getItem } from '../../../../lib/store/dynamodb/read.ts';
import type { Store } from '../../../../lib/store/dynamodb/store.ts';
import {
  judgeAccount,
  LOOKED_AT_TOGETHER,
  type ReconcileTables,
} from '../../../../lib/store/reconcile/judge-account.ts';
import { together } from '../../../../lib/store/reconcile/progress.ts';
import type { Section } from '../bench.ts';
import { costText } from '../capacity/meter.ts';
import { type CountedStore, openCountedStore } from '../counted-store.ts';
import { atMost, exactly, median, shown } from '../report.ts';
import { inSegments } from './in-segments.ts';
import { writeAccounts } from './short-histories.ts';

const ACCOUNTS = 4000;
const SEGMENTS = 4;
const ROUNDS = 5;
const ALONE = 1000;

/** Four queries 4, the account again 1, whether its items have one 0.5; its part of five scans. */
const UNITS_MAX = 5.7;

/** Four queries, and its part of a scan's page and of a batch of accounts. */
const CALLS_MAX = 4.2;

const CPU_RATIO_MAX = 0.8;

export const reconciliation: Section = {
  name: 'reconciliation',
  title: `Reconciling ${ACCOUNTS} accounts in ${SEGMENTS} segments`,
  run: async ({ stack, rounds }) => {
    await using database = await openDatabase(stack, {});
    using store = openCountedStore(database.endpoint);
    const users = await writeAccounts(DynamoDBDocumentClient.from(database.client), ACCOUNTS);
    const runs: Awaited<ReturnType<typeof all>>[] = [];
    const ratios: number[] = [];
    for (let round = 0; round < rounds(ROUNDS); round++) {
      const run = await all(store);
      const alone = await oneByOne(store, users.slice(0, ALONE));
      runs.push(run);
      ratios.push(run.cpuMs / ACCOUNTS / (alone.cpuMs / ALONE));
    }
    const [first] = runs as [(typeof runs)[number]];
    const { checked, drifted, skipped } = first.result;
    const cpuMs = median(runs.map((each) => each.cpuMs)) / ACCOUNTS;
    return {
      rows: [
        exactly(
          'judged, drifted, skipped',
          `${ACCOUNTS}, 0, 0`,
          `${checked}, ${drifted}, ${skipped}`,
          costText(first),
        ),
        atMost('- units an account', UNITS_MAX, first.read / ACCOUNTS),
        atMost('- calls an account', CALLS_MAX, first.roundTrips / ACCOUNTS),
        atMost(
          '- CPU of an account, together / each alone',
          CPU_RATIO_MAX,
          median(ratios),
          ratios.map((each) => each.toFixed(2)).join(' '),
        ),
        shown(
          '- accounts a second of a full CPU',
          Math.round(1000 / cpuMs),
          `${cpuMs.toFixed(3)} ms each`,
        ),
      ],
    };
  },
};

/** All its steps together. */
async function all(store: CountedStore) {
  const steps = await Array.fromAsync(inSegments(store, SEGMENTS));
  const sum = (name: 'read' | 'write' | 'roundTrips' | 'cpuMs') =>
    steps.reduce((total, step) => total + step[name], 0);
  return {
    read: sum('read'),
    write: sum('write'),
    roundTrips: sum('roundTrips'),
    cpuMs: sum('cpuMs'),
    result: together(steps.map(({ result }) => result)),
  };
}

/** As many at once as reconciliation has. */
const oneByOne = (counted: CountedStore, users: string[]) =>
  counted.count((store: Store<ReconcileTables>) => {
    const whole = { ...store, beginUntilMs: store.deadlineMs };
    return inParallel(users, 2 * LOOKED_AT_TOGETHER, async (user_id) => {
      const verdict = await judgeAccount(
        whole,
        user_id,
        await getItem(store, 'Accounts', { user_id }),
      );
      if (verdict !== 'balanced') throw new Error(`${user_id} does not balance`);
    });
  });
