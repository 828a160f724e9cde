import { afterEach, expect, test, vi } from 'vitest';
import {
  NO_LIMIT,
  readConfig,
  readLimits,
  readTables,
  TABLE_NAMES,
  tableVariable,
} from '../../lib/config.ts';

afterEach(() => vi.unstubAllEnvs());

test('settings are parsed', () => {
  vi.stubEnv('PAYOUT_EVENT_BUS', 'payouts');
  vi.stubEnv('MIN_PAYOUT_MICRO', '10000000');
  vi.stubEnv('CONSOLE_ORIGINS', 'https://console.example,http://localhost:3000');
  expect(readConfig('PAYOUT_EVENT_BUS', 'MIN_PAYOUT_MICRO', 'CONSOLE_ORIGINS')).toEqual({
    PAYOUT_EVENT_BUS: 'payouts',
    MIN_PAYOUT_MICRO: 10_000_000n,
    CONSOLE_ORIGINS: ['https://console.example', 'http://localhost:3000'],
  });
});

test('limits are amounts, or none', () => {
  vi.stubEnv('APPROVAL_ABOVE_MICRO', '5000000');
  vi.stubEnv('OUTFLOW_BUDGETS', 'solana=9223372036854775807,polygon=1');
  expect(readConfig('APPROVAL_ABOVE_MICRO', 'OUTFLOW_BUDGETS')).toEqual({
    APPROVAL_ABOVE_MICRO: 5_000_000n,
    OUTFLOW_BUDGETS: { solana: 9_223_372_036_854_775_807n, polygon: 1n },
  });
  expect(readLimits()).toEqual({
    approvalAboveMicro: 5_000_000n,
    budgetsMicro: { solana: 9_223_372_036_854_775_807n, polygon: 1n },
  });
  vi.stubEnv('OUTFLOW_BUDGETS', 'solana=5,polygon=12,ethereum=345');
  expect(readLimits().budgetsMicro).toEqual({ solana: 5n, polygon: 12n, ethereum: 345n });
  vi.stubEnv('OUTFLOW_BUDGETS', 'solana=50');
  expect(readLimits().budgetsMicro).toEqual({ solana: 50n });
  vi.stubEnv('USER_DAILY_LIMIT_MICRO', '7000000');
  expect(readConfig('USER_DAILY_LIMIT_MICRO')).toEqual({ USER_DAILY_LIMIT_MICRO: 7_000_000n });
  vi.stubEnv('USER_DAILY_LIMIT_MICRO', NO_LIMIT);
  expect(readConfig('USER_DAILY_LIMIT_MICRO')).toEqual({ USER_DAILY_LIMIT_MICRO: undefined });
  vi.stubEnv('APPROVAL_ABOVE_MICRO', NO_LIMIT);
  vi.stubEnv('OUTFLOW_BUDGETS', NO_LIMIT);
  expect(readConfig('APPROVAL_ABOVE_MICRO', 'OUTFLOW_BUDGETS')).toEqual({
    APPROVAL_ABOVE_MICRO: undefined,
    OUTFLOW_BUDGETS: {},
  });
});

test('the sanctions list is on, or there is none', () => {
  vi.stubEnv('SANCTIONS', 'on');
  expect(readConfig('SANCTIONS')).toEqual({ SANCTIONS: true });
  vi.stubEnv('SANCTIONS', NO_LIMIT);
  expect(readConfig('SANCTIONS')).toEqual({ SANCTIONS: false });
});

test('tables have their names in variables of their own', () => {
  expect(TABLE_NAMES.map(tableVariable)).toEqual([
    'SESSIONS_TABLE',
    'ACCOUNTS_TABLE',
    'PAYOUTS_TABLE',
    'REWARDS_TABLE',
    'INVOICES_TABLE',
    'IDEMPOTENCY_KEYS_TABLE',
    'BUDGETS_TABLE',
    'DAILY_LIMITS_TABLE',
    'EVIDENCE_TABLE',
  ]);
  vi.stubEnv('PAYOUTS_TABLE', 'payouts');
  vi.stubEnv('IDEMPOTENCY_KEYS_TABLE', 'keys');
  expect(readTables('Payouts', 'IdempotencyKeys')).toEqual({
    Payouts: 'payouts',
    IdempotencyKeys: 'keys',
  });
});

test.each([undefined, ''])('a table of the name %j stops the start with its variable', (name) => {
  vi.stubEnv('ACCOUNTS_TABLE', name);
  expect(() => readTables('Accounts')).toThrow('ACCOUNTS_TABLE');
});

test('a missing setting stops the start with its name', () => {
  vi.stubEnv('PAYOUT_EVENT_BUS', undefined);
  expect(() => readConfig('PAYOUT_EVENT_BUS')).toThrow('PAYOUT_EVENT_BUS');
});

test.each([
  ['MIN_PAYOUT_MICRO', '0'],
  ['MIN_PAYOUT_MICRO', '-1'],
  ['MIN_PAYOUT_MICRO', '1.5'],
  ['MIN_PAYOUT_MICRO', '9223372036854775808'],
  ['SANCTIONS', ''],
  ['SANCTIONS', 'off'],
  ['APPROVAL_ABOVE_MICRO', ''],
  ['APPROVAL_ABOVE_MICRO', '0'],
  ['APPROVAL_ABOVE_MICRO', '1e6'],
  ['USER_DAILY_LIMIT_MICRO', ''],
  ['USER_DAILY_LIMIT_MICRO', '0'],
  ['OUTFLOW_BUDGETS', ''],
  ['OUTFLOW_BUDGETS', 'solana'],
  ['OUTFLOW_BUDGETS', 'solana=0'],
  ['OUTFLOW_BUDGETS', 'solana=9223372036854775808'],
  ['OUTFLOW_BUDGETS', 'solana=1, polygon=1'],
  ['CONSOLE_ORIGINS', ''],
  ['CONSOLE_ORIGINS', '*'],
  ['CONSOLE_ORIGINS', 'https://a.example/path'],
  ['CONSOLE_ORIGINS', 'https://a.example, https://b.example'],
  ['PAYOUT_EVENT_BUS', ''],
] as const)('%s=%j stops the start with its name', (name, value) => {
  vi.stubEnv(name, value);
  expect(() => readConfig(name)).toThrow(name);
});

test.each([
  ['on-demand', true],
  [undefined, false],
])('an initialization type of %s: started by Lambda is %s', async (type, started) => {
  vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', type);
  vi.resetModules();
  expect((await import('../../lib/config.ts')).startedByLambda).toBe(started);
});

test('a function reads only what it names', () => {
  vi.stubEnv('ACCOUNTS_TABLE', undefined);
  vi.stubEnv('PAYOUTS_TABLE', 'payouts');
  vi.stubEnv('PAYOUT_EVENT_BUS', 'bus');
  vi.stubEnv('MIN_PAYOUT_MICRO', undefined);
  expect(readTables('Payouts')).toEqual({ Payouts: 'payouts' });
  expect(readConfig('PAYOUT_EVENT_BUS')).toEqual({ PAYOUT_EVENT_BUS: 'bus' });
});
