/** Payouts as their published events tell of them. */
import { describe, expect, test } from 'vitest';
import { stringifyJson } from '../../../../lib/json.ts';
import { type Payout, type PayoutChange, payoutEvent } from '../../../../lib/payout.ts';
import { payoutItem } from '../../../../lib/store/payouts/payout-items.ts';
import {
  advance,
  FROM_EVENT,
  readArchive,
} from '../../../../lib/store/reconcile/archived-events.ts';
import { judgePayout } from '../../../../lib/store/reconcile/entries.ts';
import { HASHES, PAYOUT_REQUEST, USER_ID } from '../../../support/samples.ts';

const at = (minute: number) => `2026-02-01T00:0${minute}:00.000Z`;

const payout: Payout = {
  ...{ id: '01a204d3-28e0-7285-b278-86bb311f921e', user_id: USER_ID, ...PAYOUT_REQUEST },
  ...{ status: 'requested', requested_at: at(1) },
};
const requested: PayoutChange = { payout, previousStatus: null, at: at(1), sequence: 1 };
const processing: PayoutChange = {
  payout: { ...payout, status: 'processing' },
  ...{ previousStatus: 'requested', at: at(2), sequence: 2 },
};
const sent: PayoutChange = {
  payout: { ...payout, status: 'sent', tx_hash: HASHES.solana, completed_at: at(3) },
  ...{ previousStatus: 'processing', at: at(3), sequence: 3 },
};

/** In the envelope in which a rule of the bus, and an archive, hands it on. */
const envelope = (change: PayoutChange): string => {
  const { type, source, time, detail } = payoutEvent(change);
  const rest = { version: '0', id: 'e', account: '1', region: 'r', resources: [], time, source };
  return `${JSON.stringify({ ...rest, 'detail-type': type }).slice(0, -1)},"detail":${detail}}`;
};

describe('the archive', () => {
  test('is read line by line, with every digit, and told apart by user', () => {
    const large = {
      ...payout,
      amount_micro: 9_007_199_254_740_993n,
      user_id: USER_ID.replace('1', '2'),
    };
    const other: PayoutChange = { ...requested, payout: large };
    const text = [requested, sent, other].map(envelope).join('\n');
    expect(readArchive(`${text}\r\n\r\n`)).toEqual(
      new Map([
        [USER_ID, [requested, sent]],
        [large.user_id, [other]],
      ]),
    );
  });

  test('may be a list, or what npm start has published; other events are passed over', () => {
    const billing = { 'detail-type': 'referral.reward.granted', detail: {} };
    const quoting = { 'detail-type': 'about referral.payout.sent', detail: {} };
    const list = `[${envelope(requested)},${JSON.stringify(billing)},${JSON.stringify(quoting)}]`;
    const read = new Map([[USER_ID, [requested]]]);
    expect(readArchive(list)).toEqual(read);
    expect(readArchive(`{"items":${list}}`)).toEqual(read);
  });

  test('that is empty says that nothing changed', () => expect(readArchive('')).toEqual(new Map()));

  test.each([
    ['{', 'line 2: not JSON'],
    ['{}', 'line 2: malformed: detail-type'],
    ['7', 'line 2: malformed: the event'],
    [envelope(sent).replace('"sequence":3', '"sequence":0'), 'line 2: malformed: detail.sequence'],
    [
      envelope(sent).replace(USER_ID, 'nobody').replace('"completed_at":"2', '"completed_at":"x'),
      'line 2: malformed: detail.payout.user_id, detail.payout.completed_at',
    ],
  ])('%s is no event', (line, message) =>
    expect(() => readArchive(`${envelope(requested)}\n${line}`)).toThrow(
      expect.objectContaining({ name: 'MalformedEventError', message }),
    ),
  );

  test('a message shows nothing of what the line holds', () =>
    expect(() =>
      readArchive(stringifyJson({ 'detail-type': 'referral.payout.x', detail: 'secret' })),
    ).toThrow(/^line 1: malformed: detail$/));
});

const entry = (status: string, minute: number, by: string) => ({ status, at: at(minute), by });

describe('a payout brought to its last change', () => {
  const itemOf = (advanced: ReturnType<typeof advance>) => {
    if (!('item' in advanced)) throw new Error(`contradicted: ${advanced.failing}`);
    expect(judgePayout(advanced.item)).toHaveProperty('entry');
    // DynamoDB has no such value.
    expect(Object.values(advanced.item)).not.toContain(undefined);
    return advanced.item;
  };

  test('is whole, in whichever order and however often the events come', () => {
    const item = itemOf(advance(undefined, [sent, requested, processing, sent]));
    expect(item).toEqual({
      ...payoutItem(sent.payout),
      queue_key: `done#${payout.id}`,
      history: [
        entry('requested', 1, 'user'),
        entry('processing', 2, FROM_EVENT),
        entry('sent', 3, FROM_EVENT),
      ],
    });
  });

  test('keeps what the backup knows of it', () => {
    const stored = { ...payoutItem(payout), more: 'kept' };
    const item = itemOf(advance(stored, [processing]));
    expect(item).toMatchObject({
      status: 'processing',
      more: 'kept',
      queue_key: `open#${payout.id}`,
    });
    expect(item.history).toEqual([
      entry('requested', 1, 'user'),
      entry('processing', 2, FROM_EVENT),
    ]);
  });

  test('has a step for each change, also for those whose events are missing', () => {
    expect(itemOf(advance(undefined, [sent])).history).toEqual([
      entry('requested', 1, 'user'),
      entry('processing', 3, FROM_EVENT),
      entry('sent', 3, FROM_EVENT),
    ]);
    const [, second] = itemOf(advance(payoutItem(payout), [sent])).history as object[];
    expect(second).toEqual(entry('processing', 3, FROM_EVENT));
  });

  describe('that had been claimed, with an attempt to pay it', () => {
    const attempt = {
      id: HASHES.solana,
      kind: 'solana',
      state: 'open',
      by: 'a',
      recorded_at: at(2),
    };
    const claimed = {
      ...itemOf(advance(payoutItem(payout), [processing])),
      ...{ attempts: [attempt], budget_day: '2026-02-01', review: { why: 'x', since: at(2) } },
    };
    const released: PayoutChange = {
      ...{ payout, previousStatus: 'processing', at: at(3), sequence: 3 },
    };
    const failed: PayoutChange = {
      payout: { ...payout, status: 'failed', reason: 'other', note: 'n', completed_at: at(3) },
      ...{ previousStatus: 'processing', at: at(3), sequence: 3 },
    };

    test.each([released, failed])('is $payout.status again only when that was dead', (change) => {
      const item = itemOf(advance(claimed, [change]));
      const note = `The payout was ${change.payout.status} afterwards.`;
      const death = { by: FROM_EVENT, at: at(3), note };
      expect(item.attempts).toEqual([{ ...attempt, state: 'dead', death }]);
      expect(item).toMatchObject({ ...change.payout, history: [{}, {}, { at: at(3) }] });
      for (const name of ['budget_day', 'review']) expect(item).not.toHaveProperty(name);
    });

    test.each([released, failed])(
      'and $payout.status says nothing new of one that had died',
      (change) => {
        const dead = { ...attempt, state: 'dead', death: { by: 'b', at: at(2), note: 'x' } };
        expect(itemOf(advance({ ...claimed, attempts: [dead] }, [change])).attempts).toEqual([
          dead,
        ]);
      },
    );

    test('was paid by it, on the budget of its day', () => {
      const item = itemOf(advance(claimed, [sent]));
      const { budget_day, review } = claimed;
      expect(item).toMatchObject({ attempts: [{ state: 'landed' }], budget_day, review });
    });

    test('was paid by nothing that is known where the event has no hash', () => {
      const { tx_hash: _, ...unproven } = sent.payout;
      expect(advance(claimed, [{ ...sent, payout: unproven }])).toMatchObject({
        item: { status: 'sent', attempts: [attempt] },
      });
    });

    test('and once more: by the numbers of the changes, whichever of them are known', () => {
      const later = { previousStatus: 'requested' as const, at: at(5), sequence: 4 };
      const item = itemOf(advance(claimed, [{ ...processing, ...later }]));
      expect(item).toMatchObject({ status: 'processing', attempts: [attempt] });
      expect(item).not.toHaveProperty('budget_day');
      const statuses = ['requested', 'processing', 'requested', 'processing', 'sent'];
      for (const known of [claimed, undefined]) {
        const last = itemOf(advance(known, [{ ...sent, sequence: 5 }]));
        expect(last.history).toMatchObject(statuses.map((status) => ({ status })));
        expect(last).not.toHaveProperty('budget_day');
      }
    });
  });

  test.each([
    ['sent', true],
    ['processing', true],
    ['cancelled', false],
    ['failed', false],
  ] as const)("that is %s counts on its owner's day: %s", (status, counts) => {
    const isOver = status !== 'processing';
    const ended = {
      ...{ ...payout, status, ...(isOver && { completed_at: at(3) }) },
      ...(status === 'sent' && { tx_hash: HASHES.solana }),
    };
    const change = { payout: ended, previousStatus: 'requested' as const, at: at(3), sequence: 2 };
    const limit_day = payout.requested_at.slice(0, 10);
    const item = itemOf(advance({ ...payoutItem(payout), limit_day }, [change]));
    expect(item.limit_day).toBe(counts ? limit_day : undefined);
  });

  test('stays as it is where the backup knows more', () => {
    const item = itemOf(advance(undefined, [sent]));
    expect(advance(item, [requested, processing])).toEqual({ item });
    expect(itemOf(advance(item, [sent]))).toBe(item);
  });

  const after: PayoutChange = {
    ...processing,
    payout: { ...processing.payout, status: 'failed', completed_at: at(4) },
    previousStatus: 'processing',
    ...{ at: at(4), sequence: 4 },
  };
  test('does not go on behind its end', () => {
    const item = itemOf(advance(undefined, [sent]));
    for (const previousStatus of ['sent', 'requested'] as const)
      expect(advance(item, [{ ...after, previousStatus }])).toEqual({ failing: ['history'] });
    expect(advance(undefined, [{ ...after, previousStatus: 'sent' }])).toEqual({
      failing: ['history'],
    });
  });

  test('is not what an event says of an end that was another', () => {
    const item = itemOf(advance(undefined, [sent]));
    const { tx_hash: _, ...unpaid } = sent.payout;
    const failed: PayoutChange = { ...sent, payout: { ...unpaid, status: 'failed' } };
    expect(advance(item, [failed])).toEqual({ failing: ['history'] });
  });

  test.each<[string, PayoutChange[], string]>([
    ['another address', [{ ...sent, payout: { ...sent.payout, address: 'x' } }], 'address'],
    ['another amount', [{ ...sent, payout: { ...sent.payout, amount_micro: 1n } }], 'amount_micro'],
    ['another network', [{ ...sent, payout: { ...sent.payout, network: 'x' } }], 'network'],
    [
      'another beginning',
      [{ ...sent, payout: { ...sent.payout, requested_at: at(2) } }],
      'requested_at',
    ],
    [
      'events that differ',
      [processing, { ...sent, payout: { ...sent.payout, address: 'x' } }],
      'address',
    ],
    ['two of one number', [sent, { ...sent, at: at(4) }], 'history'],
    ['another history', [{ ...sent, sequence: 1 }], 'history'],
    ['a step before it of which another is known', [{ ...sent, sequence: 2 }], 'history'],
    [
      'a first change that changes something',
      [{ ...requested, previousStatus: 'sent' }],
      'history',
    ],
    ['a later change that begins anew', [{ ...sent, previousStatus: null }], 'history'],
    ['a claim of what is claimed', [{ ...processing, sequence: 3 }], 'history'],
    ['a first change that is a claim', [{ ...processing, sequence: 1 }], 'history'],
    ['what comes back where a claim should be', [{ ...requested, sequence: 4 }], 'history'],
    [
      'a change that changes nothing',
      [{ ...requested, previousStatus: 'requested', sequence: 2 }],
      'history',
    ],
    ['a step after an end', [sent, { ...after, previousStatus: 'sent' }], 'history'],
    ['a step after one that is no end', [sent, after], 'history'],
  ])('%s is a contradiction', (_what, changes, failing) =>
    expect(advance(payoutItem(payout), changes)).toEqual({ failing: [failing] }),
  );
});
