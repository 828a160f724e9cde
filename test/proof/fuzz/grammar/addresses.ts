/** Networks, addresses and transaction hashes, right and wrong in every way that text can be. */
import fc from 'fast-check';
import { addressOf, base58, bytesOf, txHashOf } from '../derived.ts';
import { NETWORKS, UNPAYABLE_EVM, UNPAYABLE_SOLANA } from '../oracle/values.ts';
import { anyText, type Part, usually } from './parts.ts';

export const network: fc.Arbitrary<string> = usually(
  fc.constantFrom(...NETWORKS),
  fc.constantFrom(
    '',
    ' ',
    'Solana',
    'solana ',
    'bitcoin',
    'toString',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'valueOf',
    'solana,polygon',
    'ethereum\0',
    'ｓolana',
    '0',
    'null',
    'x'.repeat(3900),
  ),
  12,
);

type Twist = (right: string, name: string) => string;

const swapCase: Twist = (right) =>
  right.replace(/[a-zA-Z](?=[^a-zA-Z]*$)/, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );

const TWISTS: Twist[] = [
  swapCase,
  (right) => right.toLowerCase(),
  (right) => `0x${right.slice(2).toUpperCase()}`,
  (right) => right.toUpperCase(),
  (right) => ` ${right}`,
  (right) => `${right} `,
  (right) => `${right}\n`,
  (right) => `${right}\0`,
  (right) => `\ufeff${right}`,
  (right) => right.slice(1),
  (right) => right.slice(0, -1),
  (right) => `${right}1`,
  (right) => `1${right}`,
  (right) => right.replace(/.$/, '0'),
  (right) => right.replace(/.$/, 'l'),
  (right) => right.slice(0, 20),
  (right) => right.repeat(80),
  (_right, name) => addressOf(name, 'solana'),
  (_right, name) => addressOf(name, 'polygon'),
  (_right, name) => base58(bytesOf(name).subarray(0, 31)),
  (_right, name) => base58(bytesOf(name).subarray(0, 33)),
  (_right, name) => base58(Buffer.concat([Buffer.alloc(4), bytesOf(name).subarray(0, 28)])),
  () => '',
  () => ' ',
  () => '1'.repeat(33),
  () => '1'.repeat(44),
  () => 'z'.repeat(44),
  () => 'A'.repeat(43),
  () => 'So1ana'.repeat(8).slice(0, 43),
  () => 'z'.repeat(3900),
  () => '0x',
  () => `0x${'0'.repeat(40)}`,
  () => `0x${'0'.repeat(36)}dEaD`,
  () => `0x${'0'.repeat(39)}1`,
  () => `0x${'0'.repeat(37)}100`,
  () => `0x${'f'.repeat(40)}`,
  () => '0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE',
  () => `0xdead${'0'.repeat(36)}`,
  () => `0x${'deadbeef'.repeat(5)}`,
  () => `0x${'1234567890'.repeat(4)}`,
  () => `0x${'0'.repeat(23)}1${'27b1fdb04752bbc5'}`,
  () => base58(Buffer.alloc(32, 0xff)),
  () => base58(Buffer.alloc(32, 7)),
  () => `0X${'ab'.repeat(20)}`,
  () => `0x${'ａ'.repeat(40)}`,
  () => 'vitalik.eth',
  () => '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
];

const twisted: fc.Arbitrary<Twist> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TWISTS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...UNPAYABLE_SOLANA, ...UNPAYABLE_EVM).map(
      (address): Twist =>
        () =>
          address,
    ),
  },
  {
    weight: 1,
    arbitrary: anyText.map(
      (text): Twist =>
        () =>
          text,
    ),
  },
);

/** An address of the user's own on this network, or what a twist makes of it. */
export const address: fc.Arbitrary<(network: string) => Part<string>> = fc
  .tuple(
    fc.nat(9),
    usually(
      fc.constant<Twist>((right) => right),
      twisted,
      5,
    ),
  )
  .map(([n, twist]) => (network) => ({ user }) => {
    const name = `${user.id} address ${n}`;
    return twist(addressOf(name, network), name);
  });

const HASH_TWISTS: Twist[] = [
  (right) => right.slice(1),
  (right) => `${right}0`,
  (right) => ` ${right}`,
  (right) => right.toUpperCase(),
  (_right, name) => txHashOf(name, 'solana'),
  (_right, name) => txHashOf(name, 'ethereum'),
  () => '',
  () => '0x',
  (right) => right.toUpperCase().replace('0X', '0x'),
  () => '1'.repeat(64),
  () => `0x${'0'.repeat(64)}`,
  () => `0x${'F'.repeat(64)}`,
  () => `0x${'1'.padStart(64, '0')}`,
  () => 'z'.repeat(88),
];

/** The hash of a transaction on this network, one of a few for each payout. */
export const txHash: fc.Arbitrary<(payoutId: string, network: string) => string> = fc
  .tuple(
    fc.nat(1),
    usually(
      fc.constant<Twist>((right) => right),
      fc.oneof(
        fc.constantFrom(...HASH_TWISTS),
        fc.constant<Twist>(() => ''),
        anyText.map(
          (text): Twist =>
            () =>
              text,
        ),
      ),
      5,
    ),
  )
  .map(
    ([n, twist]) =>
      (payoutId, network) =>
        twist(txHashOf(`${payoutId} ${n}`, network), payoutId),
  );
