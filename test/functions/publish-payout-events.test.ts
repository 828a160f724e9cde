/** The stream's function and a bus on the wire: order per payout, at least once, no gaps. */
import { marshall } from '@aws-sdk/util-dynamodb';
import type {
  Context,
  DynamoDBBatchResponse,
  DynamoDBRecord,
  DynamoDBStreamEvent,
} from 'aws-lambda';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { parseJson } from '../../lib/json.ts';
import { useEventBridge } from '../support/event-bridge.ts';
import { ADDRESSES, USER_ID } from '../support/samples.ts';

type Handler = (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse>;

const bridge = useEventBridge();
let handler: Handler;

beforeAll(async () => {
  vi.stubEnv('PAYOUT_EVENT_BUS', 'payouts');
  ({ handler } = await import('../../functions/publish-payout-events.ts'));
});

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue();
});

const id = (number: number) => `01a204d3-28e0-7285-b278-${String(number).padStart(12, '0')}`;

const image = (number: number, status: string, more: object = {}) =>
  marshall({
    id: id(number),
    user_id: USER_ID,
    amount_micro: 9007199254740993n,
    network: 'solana',
    address: ADDRESSES.solana,
    status,
    requested_at: '2026-11-22T09:00:00.000Z',
    shard: '0',
    queue_key: `open#${id(number)}`,
    history: historyTo(status),
    ...more,
  });

const STEPS = ['requested', 'processing', 'sent'];
/** As many entries as there are up to this status. */
function historyTo(status: string) {
  const count = Math.max(1, STEPS.indexOf(status) + 1);
  const entry = { status, at: '2026-11-22T09:30:00.000Z', by: 'arn:aws:iam::1:user/ann' };
  return Array.from({ length: count }, () => entry);
}
type Image = ReturnType<typeof image>;
const keysOf = ({ user_id, id }: Image = {}) => ({ user_id, id });

let sequence = 0;
const record = (
  eventName: DynamoDBRecord['eventName'],
  was: Image | undefined,
  is: Image | undefined,
) =>
  ({
    eventName,
    dynamodb: {
      SequenceNumber: String(++sequence),
      Keys: keysOf(is ?? was),
      ...(was && { OldImage: was }),
      ...(is && { NewImage: is }),
    },
  }) as DynamoDBRecord;

const requested = (number: number) => record('INSERT', undefined, image(number, 'requested'));
const changed = (number: number, from: string, to: string) =>
  record('MODIFY', image(number, from), image(number, to));

const publish = async (Records: DynamoDBRecord[], remainingMs = 15_000) =>
  (
    await handler({ Records }, { getRemainingTimeInMillis: () => remainingMs } as Context)
  ).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

const numberOf = ({ dynamodb }: DynamoDBRecord | undefined = {} as DynamoDBRecord) =>
  dynamodb?.SequenceNumber;
const idsTaken = () =>
  bridge.taken.map(({ Detail }) => (parseJson(Detail) as { payout: { id: string } }).payout.id);
const types = () =>
  bridge.taken.map(({ DetailType }) => DetailType.replace('referral.payout.', ''));

test('a new payout and each of its changes is an event with what it was before', async () => {
  expect(
    await publish([
      requested(1),
      changed(1, 'requested', 'processing'),
      changed(1, 'processing', 'sent'),
    ]),
  ).toEqual([]);
  expect(types()).toEqual(['requested', 'processing', 'sent']);
  expect(
    bridge.taken.map(
      ({ Detail }) => (parseJson(Detail) as { previous_status: string }).previous_status,
    ),
  ).toEqual([null, 'requested', 'processing']);
});

test('an event tells the payout as its owner sees it, exactly, and when it changed', async () => {
  await publish([requested(1)]);
  const [{ Detail = '', Time, EventBusName } = {}] = bridge.taken;
  expect(parseJson(Detail)).toEqual({
    payout: {
      id: id(1),
      user_id: USER_ID,
      amount_micro: 9007199254740993n,
      network: 'solana',
      address: ADDRESSES.solana,
      status: 'requested',
      requested_at: '2026-11-22T09:00:00.000Z',
    },
    previous_status: null,
    sequence: 1n,
    changed_at: '2026-11-22T09:30:00.000Z',
  });
  expect([Time, EventBusName]).toEqual([Date.parse('2026-11-22T09:30:00.000Z') / 1000, 'payouts']);
});

test('(payout, sequence) names a change, and a repetition gets the same again', async () => {
  const records = [
    requested(1),
    requested(2),
    changed(1, 'requested', 'processing'),
    changed(1, 'processing', 'sent'),
  ];
  const names = () =>
    bridge.taken.map(({ Detail }) => {
      const detail = parseJson(Detail) as { payout: { id: string }; sequence: bigint };
      return `${detail.payout.id} ${detail.sequence}`;
    });
  const ONCE = [`${id(1)} 1`, `${id(2)} 1`, `${id(1)} 2`, `${id(1)} 3`];
  await publish(records);
  expect(names().toSorted()).toEqual(ONCE.toSorted());
  await publish(records);
  expect(names().toSorted()).toEqual([...ONCE, ...ONCE].toSorted());
});

test('a record that changes no status is no event', async () => {
  const touched = record('MODIFY', image(1, 'sent'), image(1, 'sent', { shard: '1' }));
  const removed = record('REMOVE', image(1, 'sent'), undefined);
  expect(await publish([touched, removed])).toEqual([]);
  expect(bridge.calls).toEqual([]);
});

test('25 payouts go in three calls', async () => {
  expect(await publish(Array.from({ length: 25 }, (_, number) => requested(number)))).toEqual([]);
  expect(bridge.calls.map(({ length }) => length)).toEqual([10, 10, 5]);
});

test('the bus refuses one for ever: the stream goes on there, and no later change of that payout got out', async () => {
  const records = [requested(1), requested(2), changed(2, 'requested', 'sent')];
  bridge.script([{ refuse: [1] }], { refuse: [0] });
  expect(await publish(records)).toEqual([numberOf(records[1])]);
  expect(types()).toEqual(['requested']);
  bridge.script([]);
  expect(await publish(records.slice(1))).toEqual([]);
  expect(types()).toEqual(['requested', 'requested', 'sent']);
});

test('the bus is down: the stream goes on at the first', async () => {
  const records = [changed(9, 'sent', 'sent'), requested(1), requested(2)];
  bridge.script([], 'fail');
  expect(await publish(records)).toEqual([numberOf(records[1])]);
});

test('a corrupt image is logged and passed over: everything around it is published, and nothing comes again', async () => {
  const corrupt = record('INSERT', undefined, image(2, 'lost'));
  expect(await publish([requested(1), corrupt, requested(3)])).toEqual([]);
  expect(idsTaken()).toEqual([id(1), id(3)]);
  expect(console.error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({
      event: 'corrupt_item',
      sequence_number: numberOf(corrupt),
      id: id(2),
      user_id: USER_ID,
    }),
  );
});

test('behind a record that cannot be read, the later changes of its payout stay in order', async () => {
  const records = [
    requested(1),
    record('MODIFY', image(1, 'requested'), image(1, 'processing', { amount_micro: 'a lot' })),
    changed(1, 'processing', 'sent'),
    changed(1, 'sent', 'failed'),
  ];
  // The bus refuses the one behind it at first, and takes nothing of the payout before that one.
  bridge.script([{ refuse: [0] }, 'take', { refuse: [0] }], 'take');
  let left = records;
  for (let round = 0; round < 4; round++) {
    const [failed] = await publish(left);
    left = failed === undefined ? [] : left.slice(left.findIndex((r) => numberOf(r) === failed));
  }
  expect(left).toEqual([]);
  expect(types()).toEqual(['requested', 'sent', 'failed']);
});

test('a batch of nothing but records that cannot be read is done', async () => {
  const corrupt = Array.from({ length: 100 }, (_, number) =>
    record('INSERT', undefined, image(number, 'lost')),
  );
  expect(await publish(corrupt)).toEqual([]);
  expect(bridge.calls).toEqual([]);
});

test('of the payout nothing but its ids is in the log', async () => {
  await publish([record('INSERT', undefined, image(2, 'requested', { amount_micro: 0 }))]);
  const text = JSON.stringify(vi.mocked(console.error).mock.calls);
  expect(text).toContain(id(2));
  expect(text).not.toContain(ADDRESSES.solana);
  expect(text).not.toContain('ann');
});
