/** The bodies of the routes that take one. */
import fc from 'fast-check';
import { txHashOf } from '../derived.ts';
import { NETWORKS } from '../oracle/values.ts';
import { address, network, txHash } from './addresses.ts';
import { layout, type Member, objectOf } from './json-texts.ts';
import { amount } from './numbers.ts';
import { anyText, at, type Part, type Scene, usually } from './parts.ts';

/** What the path of the request names already. */
type Named = { payoutId: string };
export type Body = (named: Named) => Part<string>;

/** The same where the members depend on the payout that the path names. */
const objectOfNamed = <Value>(
  values: fc.Arbitrary<Value>,
  membersOf: (value: Value, payoutId: string) => Member[],
): fc.Arbitrary<Body> =>
  fc.tuple(values, layout).map(
    ([value, laidOut]) =>
      ({ payoutId }) =>
        laidOut(membersOf(value, payoutId)),
  );

const payoutMembers: fc.Arbitrary<Member[]> = fc
  .tuple(amount, network, address)
  .map(([amount, network, address]) => [
    ['"amount_micro"', amount],
    ['"network"', () => JSON.stringify(network)],
    // What belongs to an unknown network looks like an address of a known one.
    [
      '"address"',
      (scene) => JSON.stringify(address(NETWORKS.includes(network) ? network : 'solana')(scene)),
    ],
  ]);

export const payoutBody: fc.Arbitrary<Body> = objectOf(payoutMembers).map((part) => () => part);

/** The one body that goes with an idempotency key, so that a second request repeats the first. */
export const bodyOfKey =
  (n: number, isPayout: boolean): Part<string> =>
  ({ user }) => {
    const invoice = at(user.invoices, n);
    if (!isPayout) return `{"invoice_id":"${invoice?.id}","amount_micro":${invoice?.total ?? 1n}}`;
    return n % 2 === 0
      ? `{"amount_micro":1000000${n % 10},"network":"solana","address":"9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"}`
      : `{"network":"polygon","unknown":"${user.name}","address":"0xde709f2102306220921060314715629080e2fb77","amount_micro":1.${n % 10}e7}`;
  };

const invoiceIdIn =
  (n: number): Part<string> =>
  ({ user }) =>
    JSON.stringify(at(user.invoices, n)?.id ?? 'none');
const oddInvoiceId: fc.Arbitrary<Part<string>> = fc.oneof(
  fc.constant<Part<string>>(({ group }) => JSON.stringify(group.stranger.invoiceId)),
  fc.constant<Part<string>>(({ group }) => JSON.stringify(at(group.poor.invoices, 1)?.id)),
  fc
    .constantFrom('', ' ', '__proto__', 'inv', 'x'.repeat(128), 'x'.repeat(129), 'é', 'a b', '\0')
    .map((id) => () => JSON.stringify(id)),
  anyText.map((text) => () => JSON.stringify(text)),
);

const spendMembers: fc.Arbitrary<Member[]> = fc
  .tuple(
    fc.nat(23),
    usually(fc.constant<Part<string> | undefined>(undefined), oddInvoiceId, 6),
    usually(fc.constant<Part<string> | undefined>(undefined), amount, 4),
  )
  .map(([n, oddId, oddAmount]) => [
    ['"invoice_id"', oddId ?? invoiceIdIn(n)],
    ['"amount_micro"', oddAmount ?? (({ user }) => `${at(user.invoices, n)?.total ?? 1n}`)],
  ]);

export const spendBody: fc.Arbitrary<Body> = objectOf(spendMembers).map((part) => () => part);

const note = usually(
  fc.constantFrom('bounced', 'bounced', ' bounced ', 'the address bounced'),
  fc.oneof(
    fc.constantFrom(
      '',
      '   ',
      '\u00a0\ufeff',
      '\u200b\u3164 \u00ad',
      '\u2800',
      'x'.repeat(500),
      'x'.repeat(501),
      '\u{1f600}'.repeat(500),
      '\u{1f600}'.repeat(501),
      ` ${'é'.repeat(500)} `,
    ),
    anyText,
  ),
  4,
);

const noteMember = (note: string, name = 'note'): Member => [
  JSON.stringify(name),
  () => JSON.stringify(note),
];

export const noteBody: fc.Arbitrary<Body> = objectOf(note.map((note) => [noteMember(note)])).map(
  (part) => () => part,
);

const reason = usually(
  fc.constantFrom(undefined, 'other', 'duplicate', 'user_request'),
  fc.constantFrom('', 'Other', 'toString', 'other ', null, 1),
  8,
);

/** Why a payout was not paid, to its owner and to operators. */
export const unpaidBody: fc.Arbitrary<Body> = objectOf(
  fc
    .tuple(note, usually(fc.constant(undefined), note, 4), reason)
    .map(([note, internal, reason]): Member[] => [
      noteMember(note),
      ...(internal === undefined ? [] : [noteMember(internal, 'internal_note')]),
      ...(reason === undefined ? [] : [['"reason"', () => JSON.stringify(reason)] as Member]),
    ]),
).map((part) => () => part);

const payoutIn = (payoutId: string, { user, group }: Scene) =>
  [user, group.rich]
    .flatMap(({ payouts }) => payouts)
    .find(({ id }) => id === payoutId.toLowerCase());

const networkOf = (payoutId: string, scene: Scene): string =>
  payoutIn(payoutId, scene)?.network ?? 'solana';

/** Amount and address of the payout, which an approval has to name, or something like them. */
export const approvalBody: fc.Arbitrary<Body> = objectOfNamed(
  fc.tuple(fc.nat(9), fc.nat(9)),
  ([one, other], payoutId) => [
    [
      '"amount_micro"',
      (scene) => String((payoutIn(payoutId, scene)?.amount ?? 1n) + (one ? 0n : 1n)),
    ],
    [
      '"address"',
      (scene) => JSON.stringify(other ? (payoutIn(payoutId, scene)?.address ?? 'x') : 'elsewhere'),
    ],
  ],
);

/** One of a few transactions for each payout. */
const attemptId = (n: number, payoutId: string, scene: Scene): string =>
  txHashOf(`${payoutId.toLowerCase()} ${n}`, networkOf(payoutId, scene));

const COUNTS = usually(
  fc.constantFrom('0', '7', '7', '7'),
  fc.constantFrom('-1', '1.5', '"7"', 'null', '7.0', '9223372036854775807', '9223372036854775808'),
  12,
);
const ACCOUNT = usually(
  fc.constantFrom(`0x${'1a'.repeat(20)}`, `0x${'1A'.repeat(20)}`),
  fc.constantFrom('', '0x1', 'x'.repeat(129), `0X${'1a'.repeat(20)}`),
  12,
);

export const attemptBody: fc.Arbitrary<Body> = objectOfNamed(
  fc.record({
    ...{ n: fc.nat(2), count: COUNTS, account: ACCOUNT, safe: fc.boolean() },
    odd: usually(fc.constant(undefined), fc.constantFrom('evm', 'solana', 'SAFE', ''), 12),
  }),
  ({ n, count, account, safe, odd }, payoutId) => {
    const kindIn = (scene: Scene) =>
      odd ?? (networkOf(payoutId, scene) === 'solana' ? 'solana' : safe ? 'safe' : 'evm');
    const id: Part<string> = (scene) => JSON.stringify(attemptId(n, payoutId, scene));
    const text = JSON.stringify(account);
    // Members of other kinds are passed over, as long as they have a form.
    return [
      ['"kind"', (scene) => JSON.stringify(kindIn(scene))],
      [safe ? '"safe"' : '"sender"', () => text],
      ['"nonce"', () => count],
      ['"last_valid_block_height"', () => count],
      [safe ? '"safe_tx_hash"' : '"hash"', id],
      ['"signature"', id],
    ];
  },
);

export const reviewBody: fc.Arbitrary<Body> = objectOfNamed(
  fc.tuple(
    note,
    fc.array(usually<string | number>(fc.nat(2), fc.constantFrom('x', 7), 8), { maxLength: 3 }),
  ),
  ([note, dead], payoutId) => [
    noteMember(note),
    [
      '"dead"',
      (scene) =>
        JSON.stringify(
          dead.map((n) => (typeof n === 'string' || n === 7 ? n : attemptId(n, payoutId, scene))),
        ),
    ],
  ],
);

export const sentBody: fc.Arbitrary<Body> = txHash.chain((hash) =>
  fc.constant<Body>(
    ({ payoutId }) =>
      (scene) =>
        `{"tx_hash":${JSON.stringify(hash(payoutId, networkOf(payoutId, scene)))}}`,
  ),
);

/** For routes that take none, and whatever else. */
export const strayBody: fc.Arbitrary<Body> = fc
  .constantFrom(
    '',
    '{}',
    '{"a":1}',
    'x',
    '{"amount_micro":25000000,"network":"solana","address":"x"}',
  )
  .map((text) => () => () => text);
