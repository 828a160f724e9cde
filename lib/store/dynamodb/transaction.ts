/**
 * Transactions whose outcome must be known: sent until they were applied, refused, or time ran out.
 */
import type { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { OutcomeUnknownError } from '../../errors.ts';
import { logWarning } from '../../log.ts';
import { CONDITION_FAILED, classify } from './failure.ts';
import { attempts } from './retry.ts';
import { attemptOptions, type Db, wrapNumbers } from './store.ts';

type Part = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type StoredItem = Record<string, unknown>;

/**
 * The writes of a transaction by name, so that nobody counts positions in `CancellationReasons`.
 */
export type Transaction<Name extends string> = {
  parts: Partial<Record<Name, Part>>;
  /** Makes repeated sends of this transaction one (ClientRequestToken); at most 36 characters. */
  token: string;
  /** Reads, consistently and once, whether an earlier send of this very transaction was applied. */
  wasApplied: () => Promise<boolean>;
};

export type Commit<Name extends string> =
  | { applied: true }
  | {
      applied: false;
      /**
       * The parts whose conditions failed, each with the item that it met (empty where there is
       * none).
       */
      refused: Partial<Record<Name, StoredItem>>;
      /**
       * True when an earlier send got no answer and could still arrive. The refusal then is what
       * the data said to a later send, and must not be reported as definite unless it also bars the
       * earlier one.
       */
      inDoubt: boolean;
    };

/**
 * Sends the transaction until its outcome is known. Throws OutcomeUnknownError at the deadline
 * (epoch milliseconds), and whatever DynamoDB said when the request itself is wrong.
 */
export async function commit<Name extends string>(
  db: Db,
  transaction: Transaction<Name>,
  deadlineMs: number,
): Promise<Commit<Name>> {
  const names = Object.keys(transaction.parts) as Name[];
  const command = new TransactWriteCommand({
    TransactItems: names.map((name) => transaction.parts[name] as Part),
    ClientRequestToken: transaction.token,
  });

  let inDoubt = false;
  for await (const attempt of attempts(db.time, deadlineMs)) {
    try {
      await db.client.send(command, attemptOptions(db, deadlineMs));
      return { applied: true };
    } catch (error) {
      const failure = classify(error);
      if (failure === 'fatal')
        throw inDoubt
          ? new OutcomeUnknownError(`${transaction.token}: refused after a lost reply`, {
              cause: error,
            })
          : error;
      if (failure === 'unknown') inDoubt = true;
      if (inDoubt && (await wasApplied(transaction))) return { applied: true };
      if (failure === 'refused')
        return { applied: false, refused: refusedParts(names, error), inDoubt };
      logWarning('retrying', { attempt, failure, error: (error as Error).name });
    }
  }
  if (inDoubt) throw new OutcomeUnknownError(`${transaction.token}: no answer in time`);
  throw new Error('DynamoDB accepted no write in time');
}

/** A read-back that fails proves nothing either way, so the transaction is sent again. */
const wasApplied = (transaction: Transaction<string>): Promise<boolean> =>
  transaction.wasApplied().catch(() => false);

function refusedParts<Name extends string>(
  names: Name[],
  error: unknown,
): Partial<Record<Name, StoredItem>> {
  const reasons = (error as TransactionCanceledException).CancellationReasons ?? [];
  const refused: Partial<Record<Name, StoredItem>> = {};
  for (const [index, name] of names.entries()) {
    const reason = reasons[index];
    if (reason?.Code !== CONDITION_FAILED) continue;
    refused[name] = unmarshall(reason.Item ?? {}, { wrapNumbers });
  }
  return refused;
}
