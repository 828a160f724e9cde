import { describe, expect, test } from 'vitest';
import { withAttempt } from '../../../lib/settlement/attempts.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import type { AttemptReport } from '../../../lib/settlement/records.ts';
import { ADDRESSES, HASHES } from '../../support/samples.ts';
import { ANN, AT, BOB, claimedOn } from './claimed-payout.ts';

const EVM = {
  kind: 'evm',
  sender: ADDRESSES.ethereum,
  nonce: 41n,
  hash: HASHES.ethereum.toUpperCase().replace('X', 'x'),
} as const satisfies AttemptReport;
const SAFE = {
  kind: 'safe',
  safe: ADDRESSES.ethereum,
  nonce: 0n,
  safe_tx_hash: HASHES.ethereum,
} as const satisfies AttemptReport;
const SOLANA = {
  kind: 'solana',
  signature: HASHES.solana,
  last_valid_block_height: 318_204_551n,
} as const satisfies AttemptReport;

type HistoryEntry = PayoutWithHistory['history'][number];

const on = { evm: 'ethereum', safe: 'polygon', solana: 'solana' };
const record = (report: AttemptReport, payout = claimedOn(on[report.kind]), by = ANN) =>
  withAttempt(payout, report, by, AT);
const refused = (tag: string, field?: string) =>
  expect.objectContaining({ tag, ...(field !== undefined && { details: { field } }) });

test.each([
  [EVM, { id: HASHES.ethereum, hash: HASHES.ethereum, sender: ADDRESSES.ethereum.toLowerCase() }],
  [SAFE, { id: HASHES.ethereum, safe: ADDRESSES.ethereum.toLowerCase(), nonce: 0n }],
  [SOLANA, SOLANA],
])('$kind: it is kept in its one spelling, open, by whom and since when', (report, told) => {
  const { attempts } = record(report);
  expect(attempts).toEqual([
    expect.objectContaining({
      ...told,
      kind: report.kind,
      state: 'open',
      by: ANN,
      recorded_at: AT,
    }),
  ]);
});

test('what its kind does not have is left out', () =>
  expect(record({ ...EVM, signature: HASHES.solana }).attempts?.[0]).not.toHaveProperty(
    'signature',
  ));

const ADDRESS = '0x and 40 hex digits';
const INT64 = 'a JSON integer from 0 to 9223372036854775807';

test.each<[AttemptReport, string, string]>([
  [
    { ...EVM, sender: 'x' },
    'sender',
    `is not allowed; it must be the address that sends it, ${ADDRESS}`,
  ],
  [
    { ...EVM, sender: undefined },
    'sender',
    `is missing; it must be the address that sends it, ${ADDRESS}`,
  ],
  [{ ...EVM, nonce: undefined }, 'nonce', `is missing; it must be ${INT64}`],
  [
    { ...EVM, hash: HASHES.solana },
    'hash',
    'is not allowed; it must be the hash of a transaction on the network of the payout, and no placeholder',
  ],
  [
    { ...SAFE, safe: `${ADDRESSES.ethereum}0` },
    'safe',
    `is not allowed; it must be the address of the Safe, ${ADDRESS}`,
  ],
  [
    { ...SAFE, safe_tx_hash: undefined },
    'safe_tx_hash',
    'is missing; it must be the hash that the Safe gives its transaction, 0x and 64 hex digits',
  ],
  [
    { ...SOLANA, signature: HASHES.ethereum },
    'signature',
    'is not allowed; it must be the first signature of a transaction on Solana, and no placeholder',
  ],
  [
    { ...SOLANA, last_valid_block_height: undefined },
    'last_valid_block_height',
    `is missing; it must be ${INT64}`,
  ],
])(
  'what the network does not know is refused, and what it must be is told: %o',
  (report, field, why) => {
    expect(() => record(report)).toThrow(refused('invalid_args', field));
    expect(() => record(report)).toThrow(`The value of ${field} ${why}.`);
  },
);

test.each<[AttemptReport, string]>([
  [EVM, 'solana'],
  [SAFE, 'solana'],
  [SOLANA, 'ethereum'],
  [EVM, 'dogecoin'],
])('$kind is none of %s', (report, network) => {
  const recording = () => record(report, claimedOn(network));
  expect(recording).toThrow(refused('invalid_args', 'kind'));
  expect(recording).toThrow(
    'The value of kind is not allowed; it must be one of the payout’s network: evm or safe on an EVM chain, solana on Solana.',
  );
});

describe('only whoever has claimed it', () => {
  test.each([
    ['another operator', BOB, claimedOn('ethereum')],
    ['nobody yet', ANN, { ...claimedOn('ethereum'), status: 'requested' as const }],
    ['after its end', ANN, { ...claimedOn('ethereum'), status: 'sent' as const }],
    ['nobody of whom its history tells', ANN, { ...claimedOn('ethereum'), history: [] }],
  ])('%s: refused', (_who, by, payout) =>
    expect(() => record(EVM, payout, by)).toThrow(refused('payout_not_actionable')),
  );

  test('the last claim counts, whoever has given up an earlier one', () => {
    const { history, ...payout } = claimedOn('ethereum');
    const [requested, byAnn] = history as [HistoryEntry, HistoryEntry];
    const givenUp = { ...requested, by: BOB, note: 'on leave' };
    const again = { ...payout, history: [requested, { ...byAnn, by: BOB }, givenUp, byAnn] };
    expect(record(EVM, again).attempts).toHaveLength(1);
    expect(() => record(EVM, again, BOB)).toThrow(refused('payout_not_actionable'));
  });
});

describe('the same again', () => {
  const first = record(EVM);

  const having = (more: object, payout = first) => ({
    ...payout,
    attempts: payout.attempts?.map((one) => ({ ...one, ...more })) ?? [],
  });
  const death = { by: BOB, at: AT, note: 'x' };

  test('changes nothing while it may land, and where it has', () => {
    const sent = having({ state: 'landed' as const }, { ...first, status: 'sent' });
    for (const payout of [first, sent]) expect(record(EVM, payout)).toBe(payout);
  });

  test.each([
    ['is dead', having({ state: 'dead' as const, death })],
    [
      'of a payout that was given up',
      having({ state: 'dead', death }, { ...first, status: 'requested' }),
    ],
    [
      'of a payout that was given back',
      having({ state: 'dead', death }, { ...first, status: 'failed' }),
    ],
    ['shows something else on the chain', having({ found: 'amount_differs' })],
    ['of a payout that another transaction has paid', { ...first, status: 'sent' as const }],
  ])('is refused where it %s, as nobody must send it', (_what, payout) =>
    expect(() => record(EVM, payout)).toThrow(refused('payout_not_actionable')),
  );

  test('with other content, or by another, is refused', () => {
    expect(() => record({ ...EVM, nonce: 42n }, first)).toThrow(refused('payout_not_actionable'));
    expect(() => record({ ...SAFE }, first)).toThrow(refused('payout_not_actionable'));
    expect(() => record(EVM, first, BOB)).toThrow(refused('payout_not_actionable'));
  });
});

describe('beside one that may land', () => {
  const OTHER = HASHES.ethereum.replace(/.$/, '0');
  const first = record(EVM);

  test.each([
    ['one of the same key and nonce', EVM, { ...EVM, hash: OTHER }],
    ['one of the same Safe and nonce', SAFE, { ...SAFE, safe_tx_hash: OTHER }],
  ])('%s replaces it', (_what, one, other) =>
    expect(record(other, record(one)).attempts).toHaveLength(2),
  );

  test.each<[string, AttemptReport, AttemptReport]>([
    ['of another nonce', EVM, { ...EVM, hash: OTHER, nonce: 42n }],
    ['of another key', EVM, { ...EVM, hash: OTHER, sender: ADDRESSES.polygon }],
    ['of another Safe’s nonce', SAFE, { ...SAFE, safe_tx_hash: OTHER, nonce: 1n }],
    ['of another Safe', SAFE, { ...SAFE, safe_tx_hash: OTHER, safe: ADDRESSES.polygon }],
    ['on Solana', SOLANA, { ...SOLANA, signature: `${HASHES.solana.slice(0, -1)}V` }],
  ])('one %s is refused', (_what, one, other) =>
    expect(() => record(other, record(one))).toThrow(
      expect.objectContaining({
        tag: 'payout_may_be_sent',
        details: { attempts: [record(one).attempts?.[0]?.id] },
      }),
    ),
  );

  test('a Safe is refused beside a key with the same address, and a key beside a Safe', () => {
    const safe = { ...SAFE, nonce: EVM.nonce, safe_tx_hash: OTHER };
    for (const [one, other] of [
      [EVM, safe],
      [safe, EVM],
    ] as const)
      expect(() => record(other, record(one, claimedOn('ethereum')))).toThrow(
        refused('payout_may_be_sent'),
      );
  });

  test('none is taken before somebody has looked, where that has to be', () => {
    const review = { why: 'restored', since: AT };
    expect(() => record(EVM, { ...claimedOn('ethereum'), review })).toThrow(
      refused('payout_may_be_sent'),
    );
  });

  test('once that is dead, any other is taken', () => {
    const dead = first.attempts?.map((one) => ({ ...one, state: 'dead' as const })) ?? [];
    const after = record({ ...EVM, hash: OTHER, nonce: 42n }, { ...first, attempts: dead });
    expect(after.attempts?.map(({ state }) => state)).toEqual(['dead', 'open']);
  });
});

test('twenty are kept, and the first again is still the same', () => {
  const hash = (at: number) => `0x${(at + 16).toString(16).repeat(32)}`;
  let payout = claimedOn('ethereum');
  for (let at = 0; at < 20; at++) payout = record({ ...EVM, hash: hash(at) }, payout);
  expect(payout.attempts?.map(({ id }) => id)).toEqual(
    Array.from({ length: 20 }, (_, at) => hash(at)),
  );
  expect(() => record({ ...EVM, hash: hash(20) }, payout)).toThrow('The payout has 20 attempts');
  expect(record({ ...EVM, hash: hash(0) }, payout)).toBe(payout);
});
