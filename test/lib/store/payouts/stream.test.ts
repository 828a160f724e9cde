/** Which records of the stream are changes of a status, and what reading passes over. */
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readChanges } from '../../../../lib/store/payouts/stream.ts';
import { PAYOUT_REQUEST, USER_ID } from '../../../support/samples.ts';

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

const payout = {
  id: '01a204d3-28e0-7285-b278-86bb311f921e',
  user_id: USER_ID,
  ...PAYOUT_REQUEST,
  requested_at: '2026-11-22T09:00:00.000Z',
};
const OTHER_ID = '01a204d3-28e0-7285-b278-86bb311f921f';
const AT = '2026-11-22T09:30:00.000Z';

/** After so many changes as there are to this status. */
const image = (status: string, more: object = {}) => {
  const length = status === 'requested' ? 1 : status === 'processing' ? 2 : 3;
  const history = Array.from({ length }, () => ({ status, at: AT, by: 'ann' }));
  return marshall({ ...payout, status, shard: 'e', history, ...more });
};

const Keys = marshall({ user_id: USER_ID, id: payout.id });

type Kind = 'INSERT' | 'MODIFY' | 'REMOVE';
const record = (eventName: Kind, number: number, OldImage?: object, NewImage?: object) =>
  ({
    eventName,
    dynamodb: { SequenceNumber: String(number), Keys, OldImage, NewImage },
  }) as DynamoDBRecord;

const moved = (number: number, from: string, to: string) =>
  record('MODIFY', number, image(from), image(to));

test('a new payout and each change of its status is a change, as the owner sees the payout', () =>
  expect(
    readChanges([
      record('INSERT', 1, undefined, image('requested')),
      moved(2, 'requested', 'processing'),
    ]),
  ).toEqual([
    {
      payout: { ...payout, status: 'requested' },
      previousStatus: null,
      at: AT,
      sequence: 1,
      sequenceNumber: '1',
    },
    {
      payout: { ...payout, status: 'processing' },
      previousStatus: 'requested',
      at: AT,
      sequence: 2,
      sequenceNumber: '2',
    },
  ]));

test('a claim that is given up is a change back, with a number of its own', () => {
  const three = Array.from({ length: 3 }, () => ({ status: 'requested', at: AT, by: 'ann' }));
  const back = image('requested', { history: three });
  expect(readChanges([record('MODIFY', 3, image('processing'), back)])).toMatchObject([
    { payout: { status: 'requested' }, previousStatus: 'processing', sequence: 3 },
  ]);
});

const numbersOf = (records: DynamoDBRecord[]) =>
  readChanges(records).map(({ sequenceNumber }) => sequenceNumber);

test('a change of anything else, and a deletion, is none, and nothing is wrong with it', () => {
  expect(
    numbersOf([
      moved(1, 'sent', 'sent'),
      record('REMOVE', 2, image('sent')),
      moved(3, 'processing', 'sent'),
    ]),
  ).toEqual(['3']);
  expect(console.error).not.toHaveBeenCalled();
});

test.each([
  ['without an image', record('MODIFY', 2, image('requested'))],
  ['without what was before', record('MODIFY', 2, undefined, image('sent'))],
  ['with a status that there is not', moved(2, 'requested', 'lost')],
  ['that came from a status that there is not', moved(2, 'lost', 'sent')],
  [
    'of a time that no bus takes',
    record(
      'MODIFY',
      2,
      image('requested'),
      image('processing', {
        history: [{ status: 'processing', at: '2026-01-01T00:00:00+05', by: 'x' }],
      }),
    ),
  ],
  [
    'of a payout that is too long for an event',
    record('MODIFY', 2, image('requested'), image('failed', { note: 'x'.repeat(300_000) })),
  ],
  [
    'of a payout that is corrupt',
    record('MODIFY', 2, image('requested'), image('sent', { amount_micro: 0 })),
  ],
])('a record %s is logged by its ids, and reading goes on behind it', (_what, broken) => {
  const records = [
    moved(1, 'requested', 'processing'),
    broken,
    moved(3, 'processing', 'sent'),
    record('INSERT', 4, undefined, image('requested', { id: OTHER_ID })),
  ];
  expect(numbersOf(records)).toEqual(['1', '3', '4']);
  expect(console.error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({
      event: 'corrupt_item',
      sequence_number: '2',
      id: payout.id,
      user_id: USER_ID,
      message: expect.stringMatching(/^the stream of payouts: /),
    }),
  );
});

test('a network that is no longer offered is no reason not to tell', () =>
  expect(
    readChanges([record('INSERT', 1, undefined, image('requested', { network: 'dogecoin' }))]),
  ).toMatchObject([{ payout: { network: 'dogecoin' } }]));

test('an amount keeps every digit', () => {
  const amount_micro = 9_007_199_254_740_993n;
  const [change] = readChanges([
    record('INSERT', 1, undefined, image('requested', { amount_micro })),
  ]);
  expect(change?.payout.amount_micro).toBe(amount_micro);
});

test('a record without anything is logged, and no change', () => {
  expect(readChanges([{ eventName: 'MODIFY' }])).toEqual([]);
  expect(console.error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ event: 'corrupt_item', sequence_number: '' }),
  );
});

describe('what a restore put back', () => {
  const back = (mark: string, status: string) => image(status, { restored_by: mark });

  test('was published before, whatever it takes the place of', () =>
    expect(
      numbersOf([
        record('INSERT', 1, undefined, back('one', 'sent')),
        record('MODIFY', 2, image('requested'), back('one', 'processing')),
        record('MODIFY', 3, image('lost'), back('one', 'sent')),
        record('MODIFY', 4, back('one', 'requested'), back('two', 'sent')),
      ]),
    ).toEqual([]));

  test('is told by its mark alone, not by one that is gone', () =>
    expect(numbersOf([record('MODIFY', 1, back('one', 'processing'), image('sent'))])).toEqual([
      '1',
    ]));

  test('goes on as any other, each change once, and counted on', () =>
    expect(
      readChanges([
        record('INSERT', 1, undefined, back('one', 'processing')),
        record('MODIFY', 2, back('one', 'processing'), back('one', 'sent')),
      ]),
    ).toMatchObject([{ previousStatus: 'processing', sequence: 3, sequenceNumber: '2' }]));
});
