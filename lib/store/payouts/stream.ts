/** The stream of the Payouts table: which of its records say that a payout's status changed. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import * as v from 'valibot';
import { logFailure } from '../../log.ts';
import type { PayoutChange } from '../../payout.ts';
import { asOwnerSeesIt, Payout, PayoutWithHistory, statusSince } from '../../payout.ts';
import { parseItem } from '../dynamodb/item.ts';
import { wrapNumbers } from '../dynamodb/store.ts';

const STREAM = 'the stream of payouts';

const WithStatus = v.pick(Payout, ['status']);

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/** A change with the number of its record, by which the stream can be told to go on there. */
export type StreamedChange = PayoutChange & { sequenceNumber: string };

/**
 * The changes in the records, in order. A record that cannot be read is logged and named as
 * `unreadable`, and nothing after it is read: what follows may be about the same payout.
 */
export function readChanges(records: readonly DynamoDBRecord[]): {
  changes: StreamedChange[];
  unreadable: string | undefined;
} {
  const changes: StreamedChange[] = [];
  for (const record of records) {
    const sequenceNumber = record.dynamodb?.SequenceNumber ?? '';
    try {
      const change = payoutChange(record);
      if (change) changes.push({ ...change, sequenceNumber });
    } catch (error) {
      logFailure(error, { sequence_number: sequenceNumber });
      return { changes, unreadable: sequenceNumber };
    }
  }
  return { changes, unreadable: undefined };
}

/**
 * Undefined for a record that changes no status, a deleted item's for one. Throws CorruptItemError.
 */
function payoutChange({
  eventName,
  dynamodb: { NewImage, OldImage } = {},
}: DynamoDBRecord): PayoutChange | undefined {
  if (eventName === 'REMOVE') return undefined;
  const item = read(NewImage);
  const { status } = parseItem(WithStatus, item, STREAM);
  const previousStatus =
    eventName === 'INSERT' ? null : parseItem(WithStatus, read(OldImage), STREAM).status;
  if (status === previousStatus) return undefined;

  const payout = parseItem(PayoutWithHistory, item, STREAM);
  const { length: sequence } = payout.history;
  return { payout: asOwnerSeesIt(payout), previousStatus, at: statusSince(payout), sequence };
}

const read = (image: Image = {}): unknown =>
  unmarshall(image as Record<string, AttributeValue>, { wrapNumbers });
