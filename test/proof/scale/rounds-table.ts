/** What goes through everything: reconciliation, the sweep, SettleByChain, the operators' queue. */
import { FUNCTIONS } from '../../../infra/compute/catalogue.ts';
import { SHARDS } from '../../../lib/store/dynamodb/indexes.ts';
import type { Resources } from '../cost/bill.ts';
import { CALL_MS, CODE_MS, MEMORY_GB, unitsOf } from '../cost/operations.ts';
import type { Usage } from '../cost/prices.ts';
import {
  ACCOUNTS_A_SECOND,
  type Chain,
  CPU_MS_A_CALL,
  DAY_S,
  ETHEREUM,
  GAS_A_DAY,
  GAS_OF_A_PAYOUT,
  PAYOUTS_A_DAY,
  PAYOUTS_OF_A_USER,
  PEAK,
  PER_SECOND,
  SAFE_BATCH,
  SOLANA,
  SOLANA_BATCH,
  UNLOCKED_A_SECOND,
  USERS,
} from './assumed.ts';
import { bytesOf, type Item, unitsOfWrite } from './item-bytes.ts';
import { bytesIn, listUnits, READ_BYTES, readUnits, scannedGb, usageOfPayout } from './load.ts';
import { functionsAtOnce } from './looks.ts';
import { percent, type Row, shown, table } from './markdown.ts';
import { ITEMS, STEPS, type Step } from './one-payout.ts';
import { QUOTAS } from './quotas.ts';
import { constantIn } from './source-constants.ts';

/** What its state machine has. */
const ROUND_HOURS = 20;

/** Whose users are looked up among the accounts. */
const SCANNED = ['Rewards', 'Payouts', 'IdempotencyKeys'] as const;

/** Read units of a round: an account with its items of a year, and scans for users without one. */
function roundUnits() {
  const ofYear = (item: keyof typeof ITEMS) =>
    readUnits(PAYOUTS_OF_A_USER * bytesOf(ITEMS[item] as Item));
  // The account by the scan and once more, its keys and its invoices.
  const account = bytesOf(ITEMS.account) / READ_BYTES + 3 + ofYear('payout') + ofYear('reward');
  const gb = SCANNED.reduce((sum, table) => sum + scannedGb(table), 0);
  // Of each user with items once, whether there is an account; both may lag, at half the units.
  const scans = (gb * 1e9) / READ_BYTES / 2 + (USERS * SCANNED.length) / 2;
  return { account, gb, scans, units: USERS * account + scans };
}

export const roundUsage = (): Usage => ({
  readUnit: roundUnits().units,
  gbSecond: (MEMORY_GB * USERS) / ACCOUNTS_A_SECOND,
});

/** Of a step that runs a function and chooses what follows. */
const EVENTS_OF_A_STEP = 7;

/** A user's id in the list of those that a step hands on, and how long a handler has. */
const SKIPPED_BYTES = 39;
const HANDLER_S = 14;

const CHANGES_PER_CALL = constantIn('lib/store/payouts/bus.ts', 'CHANGES_PER_CALL');

/** How many records of the stream a function gets at once. */
function streamBatch(resources: Resources): number {
  const [mapping] = Object.values(resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::EventSourceMapping' && Properties?.StartingPosition,
  );
  return mapping?.Properties?.BatchSize;
}

const unitsOfStep = ({ writes }: Step): number =>
  writes.flatMap(unitsOfWrite).reduce((sum, [, units]) => sum + units, 0);

export function roundsTable(resources: Resources): string {
  const { writeUnit = 0, readUnit = 0 } = usageOfPayout(resources);
  const rate = (each: number) =>
    `${shown(each * PER_SECOND)} a second, ${shown(each * PER_SECOND * PEAK)} at the peak`;
  const looks = (chain: Chain, batch: number) => {
    const aMinute = PER_SECOND * 60 * chain.looks;
    const calls = [1, batch].map((each) => shown((aMinute * chain.calls) / each));
    const atOnce = [1, batch].map((each) => functionsAtOnce(chain, each));
    return `${shown(aMinute)} a minute; ${calls.join(' calls to each provider, or ')} at ${batch} in a transaction; ${atOnce.join(' functions at once, or ')}`;
  };
  const { account, gb, scans, units } = roundUnits();
  const alone = USERS / ACCOUNTS_A_SECOND / 3600;
  const steps = QUOTAS.historyEvents.is / EVENTS_OF_A_STEP;
  const stepS = FUNCTIONS.Reconcile.timeoutSeconds;
  const skipped = constantIn('lib/store/reconcile/reconcile-accounts.ts', 'SKIPPED_MAX');
  const { everyMinutes, timeoutSeconds } = FUNCTIONS.UnlockDueRewards;
  const rewards = PER_SECOND * everyMinutes * 60;
  const queueBytes = PAYOUTS_A_DAY * bytesIn('Payouts/queue');
  const queueUnits = queueBytes / READ_BYTES / 2;
  const least = queueUnits / (SHARDS.length * QUOTAS.partitionReads.is);
  const files = PAYOUTS_A_DAY / SAFE_BATCH;
  const lastStep = STEPS[STEPS.length - 1] as Step;
  const batch = streamBatch(resources);
  const published =
    (batch * 1000) / (CODE_MS + (batch / CHANGES_PER_CALL) * (CPU_MS_A_CALL + CALL_MS));
  // What a user may have at all of what has a local index: the item and its entry in `granted`.
  const userGb = QUOTAS.partitionGb.is;
  const ofUser = (userGb * 1e9) / 2 / bytesOf(ITEMS.reward);
  const rows: Row[] = [
    ['payouts', `${rate(1)}, which a second of lag between regions loses`],
    [
      '- write units',
      `${shown(writeUnit)} each: ${rate(writeUnit)}; ${shown(unitsOfStep(lastStep))} of them its last step, since it then has ${shown(bytesOf(ITEMS.payout))} bytes, ${unitsOf('operator: sent').write} where no chain is asked`,
    ],
    [
      '- read units',
      `${shown(readUnit)} each, ${2 * listUnits()} by two looks at a list of a year, ${2 * ETHEREUM.looks} by those at Ethereum: ${rate(readUnit)}`,
    ],
    [
      'a shard of the stream',
      `${shown(published)} changes a second, of ${QUOTAS.partitionWrites.is / 2} that its partition can write`,
    ],
    ['looks, all on Ethereum', looks(ETHEREUM, SAFE_BATCH)],
    ['looks, all on Solana', looks(SOLANA, SOLANA_BATCH)],
    [
      'reconciling',
      `${shown(alone)} hours by one function after the other; ${Math.ceil(alone / ROUND_HOURS)} at once within ${ROUND_HOURS} hours`,
    ],
    [
      '- a round reads',
      `${shown(USERS * account)} RRU of accounts, ${shown(account)} each, and ${shown(scans)} to scan ${shown(gb)} GB for users without one: ${shown(units / ROUND_HOURS / 3600)} RRU/s`,
    ],
    [
      '- its state machine [states]',
      `${shown(QUOTAS.historyEvents.is)} events are ${shown(steps)} steps of ${stepS} s, ${shown((steps * stepS) / DAY_S)} days; a step hands on ${shown((skipped * SKIPPED_BYTES) / 1024)} KB at most, of ${QUOTAS.stateBytes.is / 1024}`,
    ],
    [
      'the sweep',
      `${shown(rewards)} rewards a run, ${shown(rewards / timeoutSeconds)} a second within its time, of ${shown(UNLOCKED_A_SECOND)} that 512 MB have the CPU for; a million at once take ${Math.ceil(1e6 / UNLOCKED_A_SECOND / (timeoutSeconds - 1))} runs`,
    ],
    [
      'the queue, if payouts wait a day',
      `${shown(PAYOUTS_A_DAY)} open, ${shown(queueBytes / 1e9)} GB, ${shown(queueBytes / SHARDS.length / 1e6)} MB a shard`,
    ],
    [
      '- its totals',
      `${shown(queueUnits)} RRU, at ${shown(QUOTAS.partitionReads.is)} a shard and second at least ${shown(least)} s, of ${HANDLER_S}`,
    ],
    [
      '- people',
      `${shown(files)} files for a Safe a day, one every ${shown(DAY_S / files)} s; ${percent((PAYOUTS_A_DAY * GAS_OF_A_PAYOUT) / GAS_A_DAY)} of all gas of Ethereum`,
    ],
    [
      'rewards of one user [localIndex]',
      `${shown(ofUser)} in the ${userGb} GB of a key with local indexes`,
    ],
  ];
  return table(['', ''], ['---', '---'], ...rows);
}
