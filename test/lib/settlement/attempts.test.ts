import { describe, expect, test } from 'vitest';
import { withAttempt } from '../../../lib/settlement/attempts.ts';
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

test.each<[AttemptReport, string]>([
  [{ ...EVM, sender: 'x' }, 'sender'],
  [{ ...EVM, sender: undefined }, 'sender'],
  [{ ...EVM, nonce: undefined }, 'nonce'],
  [{ ...EVM, hash: HASHES.solana }, 'hash'],
  [{ ...SAFE, safe: `${ADDRESSES.ethereum}0` }, 'safe'],
  [{ ...SAFE, safe_tx_hash: undefined }, 'safe_tx_hash'],
  [{ ...SOLANA, signature: HASHES.ethereum }, 'signature'],
  [{ ...SOLANA, last_valid_block_height: undefined }, 'last_valid_block_height'],
])('what the network does not know is refused: $kind', (report, field) =>
  expect(() => record(report)).toThrow(refused('invalid_args', field)),
);

test.each<[AttemptReport, string]>([
  [EVM, 'solana'],
  [SAFE, 'solana'],
  [SOLANA, 'ethereum'],
  [EVM, 'dogecoin'],
])('$kind is none of %s', (report, network) =>
  expect(() => record(report, claimedOn(network))).toThrow(refused('invalid_args', 'kind')),
);

describe('only whoever has claimed it', () => {
  test.each([
    ['another operator', BOB, claimedOn('ethereum')],
    ['nobody yet', ANN, { ...claimedOn('ethereum'), status: 'requested' as const }],
    ['after its end', ANN, { ...claimedOn('ethereum'), status: 'sent' as const }],
  ])('%s: refused', (_who, by, payout) =>
    expect(() => record(EVM, payout, by)).toThrow(refused('payout_not_actionable')),
  );
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

  test('a Safe is refused beside a key with the same address', () =>
    expect(() => record({ ...SAFE, nonce: EVM.nonce, safe_tx_hash: OTHER }, first)).toThrow(
      refused('payout_may_be_sent'),
    ));

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
