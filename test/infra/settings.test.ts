import { RootConstruct } from 'constructs';
import { expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../infra/settings.ts';

/** Of a bare node: an app would make a folder for what it never writes. */
function read(context: Record<string, unknown>) {
  const { node } = new RootConstruct();
  for (const [name, value] of Object.entries(context)) node.setContext(name, value);
  return readSettings(node);
}

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

const REFUSED: Record<string, unknown[]> = {
  stage: ['', 'Production', '1st', 'a'.repeat(31), 7],
  consoleOrigins: [
    '',
    [],
    '*',
    'null',
    'https://*.triport.io',
    'https://console.triport.io/',
    'https://console.triport.io,',
    'https://CONSOLE.triport.io',
    'http://console.triport.io',
    'console.triport.io',
    [7],
  ],
  minPayoutMicro: [0, -1, 1.5, 2 ** 53, '9223372036854775808', '1e7', '', true],
  alarmEmail: ['', 'oncall', 'a@b.io,c@d.io', ['a@b.io']],
};

test.each(
  Object.entries(REFUSED).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  ),
)('%s = %j is refused in one sentence that names the option', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(SettingsError);
  expect(() => read({ [name]: value })).toThrow(new RegExp(`^Context "${name}" must .*\\.$`));
});

test('plain http is refused in production even for localhost', () => {
  expect(() => read({ stage: 'production', consoleOrigins: 'http://localhost:5173' })).toThrow(
    SettingsError,
  );
});
