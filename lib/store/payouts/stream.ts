/** The stream of the Payouts table: which of its records say that a payout's status changed. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import * as v from 'valibot';
import type { PayoutChange } from '../../payout.ts';
import { Payout } from '../../payout.ts';
import {
  asOwnerSeesIt,
  PayoutWithHistory,
  statusSince,
} from '../../settlement/payout-with-history.ts';
import { idsOf, parseItem, readOrLog } from '../dynamodb/item.ts';
import type { Item } from '../dynamodb/read.ts';
import { wrapNumbers } from '../dynamodb/store.ts';
import { RESTORED_BY } from './payout-items.ts';

const STREAM = 'the stream of payouts';

const WithStatus = v.pick(Payout, ['status']);

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/** A change with the number of its record, by which the stream can be told to go on there. */
export type StreamedChange = PayoutChange & { sequenceNumber: string };

/**
 * The changes in the records, in order. A record that cannot be read is logged with the ids of its
 * payout and is no change; what follows, of this payout too, is read as if it were not there.
 */
export function readChanges(records: readonly DynamoDBRecord[]): StreamedChange[] {
  return records.flatMap((record) => {
    const sequenceNumber = record.dynamodb?.SequenceNumber ?? '';
    const change = readOrLog(() => payoutChange(record), {
      sequence_number: sequenceNumber,
      ...idsOf(read(record.dynamodb?.Keys)),
    });
    return change ? [{ ...change, sequenceNumber }] : [];
  });
}

/**
 * Undefined for a record that changes no status, a deleted item's for one, or that puts back what
 * was published before. Throws CorruptItemError.
 */
function payoutChange({
  eventName,
  dynamodb: { NewImage, OldImage } = {},
}: DynamoDBRecord): PayoutChange | undefined {
  if (eventName === 'REMOVE') return undefined;
  const item = read(NewImage);
  // Later writes leave the mark as it is, and are changes again.
  const mark = item[RESTORED_BY];
  if (mark !== undefined && mark !== read(OldImage)[RESTORED_BY]) return undefined;
  const { status } = parseItem(WithStatus, item, STREAM);
  const previousStatus =
    eventName === 'INSERT' ? null : parseItem(WithStatus, read(OldImage), STREAM).status;
  if (status === previousStatus) return undefined;

  const payout = parseItem(PayoutWithHistory, item, STREAM);
  const { length: sequence } = payout.history;
  return { payout: asOwnerSeesIt(payout), previousStatus, at: statusSince(payout), sequence };
}

const read = (image: Image = {}): Item =>
  unmarshall(image as Record<string, AttributeValue>, { wrapNumbers });
