/** The bodies of the routes that take one. */
import fc from 'fast-check';
import { NETWORKS } from '../oracle/values.ts';
import { address, network, txHash } from './addresses.ts';
import { type Member, objectOf } from './json-texts.ts';
import { amount } from './numbers.ts';
import { anyText, at, type Part, usually } from './parts.ts';

/** What the path of the request names already. */
type Named = { payoutId: string };
export type Body = (named: Named) => Part<string>;

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

export const noteBody: fc.Arbitrary<Body> = objectOf(
  note.map((note) => [['"note"', () => JSON.stringify(note)]]),
).map((part) => () => part);

export const sentBody: fc.Arbitrary<Body> = txHash.chain((hash) =>
  fc.constant<Body>(({ payoutId }) => ({ user, group }) => {
    const payouts = [user, group.rich].flatMap(({ payouts }) => payouts);
    const network = payouts.find(({ id }) => id === payoutId.toLowerCase())?.network ?? 'solana';
    return `{"tx_hash":${JSON.stringify(hash(payoutId, network))}}`;
  }),
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
