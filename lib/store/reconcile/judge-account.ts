/**
 * The verdict on one account: whether its rewards, payouts and invoices add up to what is stored on
 * it.
 */
import { isDeepStrictEqual } from 'node:util';
import { GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { attempts, read } from '../dynamodb/retry.ts';
import type { Db } from '../dynamodb/store.ts';
import { type Drift, findDrift } from './drift.ts';
import { addInvoice, addPayout, addReward, emptyTally, type Tally } from './tally.ts';

export type Tables = {
  ACCOUNTS_TABLE: string;
  REWARDS_TABLE: string;
  PAYOUTS_TABLE: string;
  INVOICES_TABLE: string;
};
export type Item = Record<string, unknown>;
export type Verdict = 'balanced' | 'skipped' | Drift;

/**
 * Nothing is begun after `beginUntilMs`; what was begun has until `deadlineMs`. Both in epoch
 * milliseconds.
 */
export type Limits = { beginUntilMs: number; deadlineMs: number };

/** The time for this run ended before the verdict; another run may have more. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/**
 * An account that changes under every one of so many looks is skipped: it is looked at again the
 * next day.
 */
const LOOKS_MAX = 10;

/** Far more than DynamoDB usually needs to bring a committed transaction to each of its items. */
const SECOND_LOOK_AFTER_MS = 1000;

/**
 * Judges the account, of which `account` has been read consistently, perhaps a while ago.
 *
 * A look reads the account, then all its items, then the account again, each read consistent. Every
 * transaction that changes a sum over the items also adds one to the account's version; so when
 * both reads found the same version, no such transaction came between them, and the items read in
 * many pages still are those of one moment. (What is written without the account, such as a claim,
 * a tombstone or an invoice's opening, moves no sum.)
 *
 * That reasoning makes one step too many: DynamoDB promises single reads beside a transaction no
 * more than that each sees it or not, so for the moment in which a committed transaction is being
 * brought to its items, one of them may show it while another does not, and both reads of the
 * account may fall into that moment. A look can therefore clear an account, but not convict it:
 * drift counts when a second look, a second later, finds the very same at the same version.
 */
export async function judgeAccount(
  db: Db,
  tables: Tables,
  userId: string,
  account: Item,
  limits: Limits,
): Promise<Verdict> {
  let before: Item = account;
  let suspected: Drift | undefined;
  for await (const look of attempts(db.time, limits.beginUntilMs)) {
    const tally = await tallyItems(db, tables, userId, limits);
    const after = await readAccount(db, tables.ACCOUNTS_TABLE, userId, limits);
    if (after.version === before.version) {
      const drift = findDrift(userId, after, tally);
      if (drift === undefined) return 'balanced';
      if (isDeepStrictEqual(drift, suspected)) return drift;
      suspected = drift;
      await pause(db, SECOND_LOOK_AFTER_MS, limits);
    } else suspected = undefined;
    if (look === LOOKS_MAX) return 'skipped';
    before = after;
  }
  throw new OutOfTimeError();
}

/** An account that is gone has no version and none of its numbers. */
async function readAccount(
  db: Db,
  table: string,
  userId: string,
  { deadlineMs }: Limits,
): Promise<Item> {
  const get = new GetCommand({ TableName: table, Key: { user_id: userId }, ConsistentRead: true });
  const { Item = {} } = await read(db, deadlineMs, (client, options) => client.send(get, options));
  return Item;
}

async function tallyItems(db: Db, tables: Tables, userId: string, limits: Limits): Promise<Tally> {
  const tally = emptyTally();
  const sources = [
    { table: tables.REWARDS_TABLE, add: addReward, attributes: REWARD_ATTRIBUTES },
    { table: tables.PAYOUTS_TABLE, add: addPayout, attributes: PAYOUT_ATTRIBUTES },
    { table: tables.INVOICES_TABLE, add: addInvoice, attributes: INVOICE_ATTRIBUTES },
  ];
  await Promise.all(
    sources.map(({ table, add, attributes }) =>
      eachItem(db, table, userId, attributes, limits, (item) => add(tally, item)),
    ),
  );
  return tally;
}

const REWARD_ATTRIBUTES = ['reward_id', 'status', 'amount_micro', 'pending_until', 'due_shard'];
const PAYOUT_ATTRIBUTES = ['id', 'status', 'amount_micro', 'shard', 'queue_key'];
const INVOICE_ATTRIBUTES = ['invoice_id', 'status', 'total_micro', 'covered_by'];

/** Page by page, so that the memory this takes does not grow with the history. */
async function eachItem(
  db: Db,
  table: string,
  userId: string,
  attributes: readonly string[],
  { beginUntilMs, deadlineMs }: Limits,
  visit: (item: Item) => void,
): Promise<void> {
  let from: QueryCommandInput['ExclusiveStartKey'];
  do {
    if (from && db.time.now() >= beginUntilMs) throw new OutOfTimeError();
    const query = new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'user_id = :user',
      ExpressionAttributeValues: { ':user': userId },
      ProjectionExpression: attributes.map((_name, index) => `#${index}`).join(', '),
      ExpressionAttributeNames: Object.fromEntries(
        attributes.map((name, index) => [`#${index}`, name]),
      ),
      ExclusiveStartKey: from,
      ConsistentRead: true,
    });
    const { Items = [], LastEvaluatedKey } = await read(db, deadlineMs, (client, options) =>
      client.send(query, options),
    );
    Items.forEach(visit);
    from = LastEvaluatedKey;
  } while (from);
}

async function pause(db: Db, milliseconds: number, { beginUntilMs }: Limits): Promise<void> {
  if (db.time.now() + milliseconds >= beginUntilMs) throw new OutOfTimeError();
  await db.time.sleep(milliseconds);
}
