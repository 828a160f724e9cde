/** Transactions whose outcome must be known: sent until applied, refused, or time ran out. */
import type { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { OutcomeUnknownError } from '../../errors.ts';
import { logInfo, logWarning } from '../../log.ts';
import { CONDITION_FAILED, classify } from './failure.ts';
import type { Item } from './read.ts';
import { attempts } from './retry.ts';
import { attemptOptions, type Store, wrapNumbers } from './store.ts';

export type Part = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What a part is about, so that nobody counts positions in `CancellationReasons`. */
type PartName = 'account' | 'payout' | 'invoice' | 'key' | 'item' | 'budget' | 'limit' | 'evidence';
export type Parts = Partial<Record<PartName, Part>> & { [name: `item ${number}`]: Part };

export type Transaction = {
  parts: Parts;
  /** Makes repeated sends of this transaction one (ClientRequestToken); at most 36 characters. */
  token: string;
  /** Reads, consistently and once, whether an earlier send of this very transaction was applied. */
  wasApplied: () => Promise<boolean>;
};

export type Refusal = {
  applied: false;
  /** The parts whose conditions failed, each with the item that it met (empty where none is). */
  refused: Partial<Record<PartName, Item>>;
  /**
   * True when an earlier send got no answer and could still arrive. The refusal then is what the
   * data said to a later send, and is no definite answer unless it also bars the earlier one.
   */
  inDoubt: boolean;
};
export type Commit = { applied: true } | Refusal;

/**
 * Sends the transaction until its outcome is known. Throws OutcomeUnknownError at the deadline, and
 * whatever DynamoDB said when the request itself is wrong.
 */
export async function commit(store: Store, transaction: Transaction): Promise<Commit> {
  try {
    const outcome = await send(store, transaction);
    if (outcome.applied) logAccountWrite(transaction.parts.account, 'applied');
    else if (outcome.inDoubt) logAccountWrite(transaction.parts.account, 'unknown');
    return outcome;
  } catch (error) {
    if (error instanceof OutcomeUnknownError) logAccountWrite(transaction.parts.account, 'unknown');
    throw error;
  }
}

/**
 * Says who changed an account by how much: Lambda puts the request's id beside it. A number that no
 * such line explains was written by something else than this service (runbook, "Mending an
 * account"). What operators said of a user is not repeated.
 */
export function logAccountWrite(part: Part | undefined, outcome: 'applied' | 'unknown'): void {
  const update = part?.Update;
  if (update?.Key === undefined) return;
  const { Key, UpdateExpression = '' } = update;
  const meant: Item = { ...update.ExpressionAttributeNames, ...update.ExpressionAttributeValues };
  const change = UpdateExpression.replaceAll(/[#:]\w+/g, (name) => shown(meant[name]));
  logInfo('account_changed', { user_id: String(Key.user_id), change, outcome });
}

const shown = (value: unknown): string => (typeof value === 'object' ? '{…}' : String(value));

async function send(store: Store, transaction: Transaction): Promise<Commit> {
  const { parts, token, wasApplied } = transaction;
  const command = new TransactWriteCommand({
    TransactItems: Object.values(parts),
    ClientRequestToken: token,
  });

  let inDoubt = false;
  for await (const attempt of attempts(store)) {
    try {
      await store.client.send(command, attemptOptions(store));
      return { applied: true };
    } catch (error) {
      const failure = classify(error);
      if (failure === 'fatal')
        throw inDoubt
          ? new OutcomeUnknownError(`${token}: refused after a lost reply`, { cause: error })
          : error;
      if (failure === 'unknown') inDoubt = true;
      // A read-back that fails proves nothing either way, so the transaction is sent again.
      // Stryker disable next-line ArrowFunction: neither false nor undefined counts as applied
      if (inDoubt && (await wasApplied().catch(() => false))) return { applied: true };
      if (failure === 'refused')
        return { applied: false, refused: refusedParts(parts, error), inDoubt };
      logWarning('retrying', { attempt, failure, error: (error as Error).name });
    }
  }
  if (inDoubt) throw new OutcomeUnknownError(`${token}: no answer in time`);
  throw new Error('DynamoDB accepted no write in time');
}

function refusedParts(parts: Parts, error: unknown): Refusal['refused'] {
  const { CancellationReasons: reasons } = error as TransactionCanceledException;
  return Object.fromEntries(
    Object.keys(parts).flatMap((name, index) => {
      // Stryker disable next-line OptionalChaining: what is refused has reasons
      const reason = reasons?.[index];
      // Stryker disable next-line OptionalChaining: DynamoDB gives one reason for each part
      if (reason?.Code !== CONDITION_FAILED) return [];
      return [[name, unmarshall(reason.Item ?? {}, { wrapNumbers })]];
    }),
  );
}
