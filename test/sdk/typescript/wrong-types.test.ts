/** Values that are not what the types say, at every argument of every function and every option. */
import { describe, expect, test } from 'vitest';
import {
  type ClientOptions,
  type Referrals,
  TriportClient,
} from '../../../sdk/typescript/src/index.ts';
import { PAYOUT, scriptedFetch } from './scripted-fetch.ts';

const VALUES = {
  string: '5',
  number: 5,
  boolean: true,
  'another boolean': false,
  bigint: 5n,
  list: ['5'],
  'empty list': [],
  'list of lists': [['5']],
  'list of numbers': [5],
  'list of nothing': [null],
  object: { a: '5' },
  'object of String': new String('5'),
  function: () => '5',
  symbol: Symbol('5'),
  NaN: Number.NaN,
  fraction: 1.5,
  Infinity: Number.POSITIVE_INFINITY,
  negative: -1,
} satisfies Record<string, unknown>;

type Kind = keyof typeof VALUES;
/** What an argument takes; `null` and undefined too if it is optional. */
type Argument<Target> = [
  name: string,
  takes: Kind[],
  isOptional: boolean,
  use: (target: Target, value: never) => unknown,
];

const WHOLE: Kind[] = ['number', 'negative'];
const STATUS: Kind[] = ['string', 'list', 'empty list'];
const OBJECT: Kind[] = ['object', 'object of String'];
const good = { amountMicro: 1, network: 'solana', address: PAYOUT.address };
const { id } = PAYOUT;

const WRITES: Argument<Referrals>[] = (['idempotencyKey', 'signal'] as const).flatMap((name) => {
  const takes: Kind[] = name === 'signal' ? [] : ['string'];
  return [
    [`createPayout ${name}`, takes, true, (on, value) => on.createPayout(good, { [name]: value })],
    [`cancelPayout ${name}`, takes, true, (on, value) => on.cancelPayout(id, { [name]: value })],
    [
      `spendOnInvoice ${name}`,
      takes,
      true,
      (on, value) => on.spendOnInvoice({ invoiceId: 'i', amountMicro: 1 }, { [name]: value }),
    ],
  ];
});

const LISTS: Argument<Referrals>[] = (['listPayouts', 'listRewards'] as const).flatMap((list) => [
  [`${list} options`, OBJECT, true, (on, value) => on[list](value)],
  [`${list} limit`, WHOLE, true, (on, value) => on[list]({ limit: value })],
  [`${list} offset`, WHOLE, true, (on, value) => on[list]({ offset: value })],
  [`${list} cursor`, ['string'], true, (on, value) => on[list]({ cursor: value })],
  [`${list} status`, STATUS, true, (on, value) => on[list]({ status: value })],
  [`${list} signal`, [], true, (on, value) => on[list]({ signal: value })],
  [
    `${list} limit, in a loop`,
    WHOLE,
    true,
    (on, limit) => Array.fromAsync(on[list]({ limit }) as AsyncIterable<unknown>),
  ],
]);

const ARGUMENTS: Argument<Referrals>[] = [
  ...WRITES,
  ...LISTS,
  ['createPayout request', [], false, (on, value) => on.createPayout(value)],
  [
    'createPayout amountMicro',
    ['bigint', ...WHOLE],
    false,
    (on, amountMicro) => on.createPayout({ ...good, amountMicro }),
  ],
  [
    'createPayout network',
    ['string'],
    false,
    (on, network) => on.createPayout({ ...good, network }),
  ],
  [
    'createPayout address',
    ['string'],
    false,
    (on, address) => on.createPayout({ ...good, address }),
  ],
  ['createPayout options', OBJECT, true, (on, value) => on.createPayout(good, value)],
  ['cancelPayout id', ['string'], false, (on, value) => on.cancelPayout(value)],
  ['cancelPayout options', OBJECT, true, (on, value) => on.cancelPayout(id, value)],
  ['getPayout id', ['string'], false, (on, value) => on.getPayout(value)],
  ['getPayout options', OBJECT, true, (on, value) => on.getPayout(id, value)],
  ['getPayout signal', [], true, (on, signal) => on.getPayout(id, { signal })],
  ['getOverview options', OBJECT, true, (on, value) => on.getOverview(value)],
  ['getOverview signal', [], true, (on, signal) => on.getOverview({ signal })],
  ['spendOnInvoice spend', [], false, (on, value) => on.spendOnInvoice(value)],
  [
    'spendOnInvoice invoiceId',
    ['string'],
    false,
    (on, invoiceId) => on.spendOnInvoice({ invoiceId, amountMicro: 1 }),
  ],
  [
    'spendOnInvoice options',
    OBJECT,
    true,
    (on, value) => on.spendOnInvoice({ invoiceId: 'i', amountMicro: 1 }, value),
  ],
  ['waitForPayout id', ['string'], false, (on, value) => on.waitForPayout(value)],
  ['waitForPayout options', OBJECT, true, (on, value) => on.waitForPayout(id, value)],
  ['waitForPayout signal', [], true, (on, signal) => on.waitForPayout(id, { signal })],
  [
    'waitForPayout maxWaitMs',
    ['number', 'fraction', 'Infinity'],
    true,
    (on, maxWaitMs) => on.waitForPayout(id, { maxWaitMs }),
  ],
];

/** A reply for whatever is asked: every function finds in it what it looks for. */
const REPLY = {
  ...PAYOUT,
  status: 'sent',
  items: [],
  ok: true,
  min_payout_micro: 1,
  networks: [],
  balance: Object.fromEntries(
    ['pending', 'available', 'reserved', 'paid_out', 'spent', 'lifetime'].map((name) => [
      `${name}_micro`,
      1,
    ]),
  ),
};

describe.each(ARGUMENTS)('%s', (_name, takes, isOptional, use) => {
  const call = async (value: unknown) => {
    const fetch = scriptedFetch({ status: 200, body: REPLY });
    const { referrals } = new TriportClient({ fetch });
    const error = await (async () => void (await use(referrals, value as never)))().catch(
      (reason) => reason,
    );
    return { error, sent: fetch.mock.calls.length };
  };

  test('refuses other types before anything is sent', async () => {
    const wrong = Object.entries(VALUES).filter(([kind]) => !takes.includes(kind as Kind));
    expect(wrong.length).toBeGreaterThan(10);
    const optional = isOptional ? [] : ([null, undefined] as const);
    for (const value of [...wrong.map(([, value]) => value), ...optional]) {
      const { error, sent } = await call(value);
      expect([error?.constructor, sent], typeof value).toEqual([TypeError, 0]);
    }
  });

  test('takes what it says, and nothing at all if it is optional', async () => {
    const right = takes.map((kind) => VALUES[kind]);
    for (const value of [...right, ...(isOptional ? [null, undefined] : [])])
      expect(await call(value), typeof value).toEqual({ error: undefined, sent: 1 });
  });
});

const OPTIONS: Argument<(options: unknown) => unknown>[] = [
  ['the options', OBJECT, true, (use, value) => use(value)],
  ['baseUrl', [], true, (use, baseUrl) => use({ baseUrl })],
  ['session', ['string'], true, (use, session) => use({ session })],
  ['fetch', ['function'], true, (use, fetch) => use({ fetch })],
  ['timeoutMs', ['number', 'fraction', 'Infinity'], true, (use, timeoutMs) => use({ timeoutMs })],
  [
    'maxRetries',
    ['number', 'fraction', 'Infinity'],
    true,
    (use, maxRetries) => use({ maxRetries }),
  ],
];

describe.each(OPTIONS)('of a client, %s', (_name, takes, _isOptional, use) => {
  const make = (options: unknown) => new TriportClient(options as ClientOptions);

  test('refuse other types', () => {
    for (const [kind, value] of Object.entries(VALUES).filter(
      ([kind]) => !takes.includes(kind as Kind),
    ))
      expect(() => use(make, value as never), kind).toThrow(TypeError);
  });

  test('take what they say, and null for nothing', () => {
    for (const value of [...takes.map((kind) => VALUES[kind]), null, undefined])
      expect(use(make, value as never)).toBeInstanceOf(TriportClient);
  });
});

test('null in the options’ place is what localStorage gives for a key that it does not have', async () => {
  const fetch = scriptedFetch({ status: 202, body: PAYOUT });
  const stored: string | null = null;
  const client = new TriportClient({ fetch, session: stored, baseUrl: null });
  await client.referrals.createPayout(good, { idempotencyKey: stored });
  expect(fetch.mock.calls[0]?.[1]).toMatchObject({
    credentials: 'include',
    headers: { 'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/) },
  });
});
