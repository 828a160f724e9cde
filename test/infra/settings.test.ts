import { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../infra/settings.ts';

const read = (context: Record<string, unknown>) => readSettings(new App({ context }).node);

test('nothing has to be set', () => {
  expect(read({})).toEqual({
    stage: 'personal',
    production: false,
    consoleOrigins: ['https://console.triport.io'],
    minPayoutMicro: 10_000_000n,
    alarmEmail: undefined,
  });
});

test('the stage named production is the only one that is production', () => {
  expect(read({ stage: 'production' }).production).toBe(true);
  expect(read({ stage: 'production-2' }).production).toBe(false);
});

test('origins come as a comma list or as an array, each one once', () => {
  const expected = ['https://a.example', 'http://localhost:5173'];
  expect(
    read({ consoleOrigins: 'https://a.example, http://localhost:5173' }).consoleOrigins,
  ).toEqual(expected);
  expect(read({ consoleOrigins: [...expected, 'https://a.example'] }).consoleOrigins).toEqual(
    expected,
  );
});

test.each([
  ['10000000', 10_000_000n],
  [25_000_000, 25_000_000n],
  [1, 1n],
  ['9223372036854775807', 9_223_372_036_854_775_807n],
])('a minimum payout of %j is read exactly', (minPayoutMicro, expected) => {
  expect(read({ minPayoutMicro }).minPayoutMicro).toBe(expected);
});

test.each([
  ['stage', ''],
  ['stage', 'Production'],
  ['stage', '1st'],
  ['stage', 'a'.repeat(31)],
  ['stage', 7],
  ['consoleOrigins', ''],
  ['consoleOrigins', []],
  ['consoleOrigins', '*'],
  ['consoleOrigins', 'null'],
  ['consoleOrigins', 'https://*.triport.io'],
  ['consoleOrigins', 'https://console.triport.io/'],
  ['consoleOrigins', 'https://console.triport.io,'],
  ['consoleOrigins', 'https://CONSOLE.triport.io'],
  ['consoleOrigins', 'http://console.triport.io'],
  ['consoleOrigins', 'console.triport.io'],
  ['consoleOrigins', [7]],
  ['minPayoutMicro', 0],
  ['minPayoutMicro', -1],
  ['minPayoutMicro', 1.5],
  ['minPayoutMicro', 2 ** 53],
  ['minPayoutMicro', '9223372036854775808'],
  ['minPayoutMicro', '1e7'],
  ['minPayoutMicro', ''],
  ['minPayoutMicro', true],
  ['alarmEmail', ''],
  ['alarmEmail', 'oncall'],
  ['alarmEmail', 'a@b.io,c@d.io'],
  ['alarmEmail', ['a@b.io']],
])('%s = %j is refused in one sentence that names the option', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(SettingsError);
  expect(() => read({ [name]: value })).toThrow(new RegExp(`^Context "${name}" must .*\\.$`));
});

test('plain http is refused in production even for localhost', () => {
  expect(() => read({ stage: 'production', consoleOrigins: 'http://localhost:5173' })).toThrow(
    SettingsError,
  );
});
