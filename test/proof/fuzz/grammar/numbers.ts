/** Number literals at and beyond every edge of an int64 amount. */
import fc from 'fast-check';
import { balanceOf } from '../user.ts';
import { always, type Part, usually } from './parts.ts';

const EDGES = [
  '9999999',
  '9999999.9999999',
  '10000000.0',
  '1e7',
  '25e6',
  '2.5E+7',
  '250000000e-1',
  '10000000.5',
  '0',
  '-0',
  '0.0',
  '0e999999999',
  '-1',
  '-25000000',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '9007199254740991.4',
  '9223372036854775806',
  '9223372036854775807',
  '9223372036854775808',
  '9.223372036854775807e18',
  '9223372036854775807.0',
  '922337203685477580.7e1',
  '-9223372036854775808',
  '-9223372036854775809',
  '18446744073709551616',
  '1e18',
  '1e19',
  '1e400',
  '-1e400',
  '1e-400',
  '1E99999999999999999999',
  '1e-99999999999999999999',
  '0.00000001e15',
  '2500000000000000000000e-14',
];
const NOT_JSON = [
  '010000000',
  '+25000000',
  '.5e8',
  '25000000.',
  '0x17D7840',
  '25_000_000',
  '25,000,000',
  'NaN',
  'Infinity',
  '-Infinity',
  '25000000n',
  '--1',
  '1e',
  '-',
  '٢٥٠٠٠٠٠٠',
];

const digits = (unit: string, maxLength: number) =>
  fc.integer({ min: 1, max: maxLength }).map((length) => unit.repeat(length));

const odd: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...EDGES) },
  { weight: 2, arbitrary: fc.constantFrom(...NOT_JSON) },
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
  fc.double().map((number) => JSON.stringify(number)),
  digits('9', 4000),
  digits('0', 3000).map((zeros) => `25000000.${zeros}`),
  digits('0', 3000).map((zeros) => `25${zeros}e-${Math.max(0, zeros.length - 6)}`),
  digits('0', 300).map((zeros) => `0.${zeros}1e${zeros.length + 8}`),
);

/** An amount that may well be paid, and sometimes exactly what is there. */
const sane: fc.Arbitrary<Part<string>> = fc.oneof(
  {
    weight: 8,
    arbitrary: always('10000000', '10000001', '12345678', '25000000', '25e6', '25000000.0'),
  },
  { weight: 1, arbitrary: fc.constant<Part<string>>(({ user }) => `${balanceOf(user).available}`) },
  {
    weight: 1,
    arbitrary: fc.constant<Part<string>>(({ user }) => `${balanceOf(user).available + 1n}`),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Part<string>>(({ user }) => `${balanceOf(user).lifetime + 10_000_000n}`),
  },
);

export const amount: fc.Arbitrary<Part<string>> = usually(
  sane,
  odd.map((literal) => () => literal),
  6,
);
