import { afterEach, expect, test, vi } from 'vitest';
import { readConfig } from '../../lib/config.ts';

afterEach(() => vi.unstubAllEnvs());

test('settings are parsed', () => {
  vi.stubEnv('PAYOUTS_TABLE', 'payouts');
  vi.stubEnv('MIN_PAYOUT_MICRO', '10000000');
  vi.stubEnv('CONSOLE_ORIGINS', 'https://console.example,http://localhost:3000');
  expect(readConfig('PAYOUTS_TABLE', 'MIN_PAYOUT_MICRO', 'CONSOLE_ORIGINS')).toEqual({
    PAYOUTS_TABLE: 'payouts',
    MIN_PAYOUT_MICRO: 10_000_000n,
    CONSOLE_ORIGINS: ['https://console.example', 'http://localhost:3000'],
  });
});

test('a missing setting stops the start with its name', () => {
  vi.stubEnv('PAYOUTS_TABLE', undefined);
  expect(() => readConfig('PAYOUTS_TABLE')).toThrow('PAYOUTS_TABLE');
});

test.each([
  ['MIN_PAYOUT_MICRO', '0'],
  ['MIN_PAYOUT_MICRO', '-1'],
  ['MIN_PAYOUT_MICRO', '1.5'],
  ['MIN_PAYOUT_MICRO', '9223372036854775808'],
  ['CONSOLE_ORIGINS', ''],
  ['CONSOLE_ORIGINS', '*'],
  ['CONSOLE_ORIGINS', 'https://a.example/path'],
  ['CONSOLE_ORIGINS', 'https://a.example, https://b.example'],
  ['ACCOUNTS_TABLE', ''],
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
  expect(readConfig('PAYOUTS_TABLE')).toEqual({ PAYOUTS_TABLE: 'payouts' });
});
