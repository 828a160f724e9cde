import { describe, expect, test } from 'vitest';
import { checkStage, parseOrigins, SettingsError, type Stage } from '../../infra/settings.ts';
import { STAGES, stageNamed } from '../../infra/stages.ts';

const { personal, production } = STAGES;

test('every stage that is set can be deployed', () => {
  for (const name of Object.keys(STAGES)) expect(stageNamed(name).stage).toBe(name);
});

test('what was left out stays out, and what was set stays as it is', () => {
  expect(stageNamed('personal')).toEqual({ ...personal, stage: 'personal', production: false });
  expect(stageNamed('production')).toEqual({
    ...production,
    stage: 'production',
    production: true,
  });
});

test.each([undefined, 7, '', 'prod', 'toString', '__proto__'])('there is no stage %j', (name) => {
  expect(() => stageNamed(name)).toThrow(SettingsError);
  expect(() => stageNamed(name)).toThrow(/personal, production\.$/);
});

const named = /^Stage "[^"]*" \(infra\/stages\.ts\): [^\n]*\.$/;

function refused(name: string, stage: Stage) {
  expect(() => checkStage(name, stage)).toThrow(SettingsError);
  expect(() => checkStage(name, stage)).toThrow(named);
}

describe('a name', () => {
  test.each(['', 'Personal', '1st', 'a'.repeat(31), 'a b'])('cannot be %j', (name) =>
    refused(name, personal),
  );

  test.each(['prod', 'prod-eu', 'eu-production', 'preprod', 'prd', 'live', 'go-live'])(
    'like %s promises protection, which a personal stage has not',
    (name) => {
      refused(name, personal);
      expect(checkStage(name, production).production).toBe(true);
    },
  );
});

describe('production', () => {
  test.each(['account', 'region', 'alarmEmail', 'domain'] as const)('needs its %s', (name) => {
    const { [name]: _left, ...rest } = production;
    refused('production', rest as Stage);
  });

  test('takes plain http not even for localhost', () =>
    refused('production', { ...production, consoleOrigins: ['http://localhost:5173'] }));
});

test('only production has a first deployment without protection', () => {
  refused('mine', { ...personal, firstDeployment: true });
  expect(checkStage('eu', { ...production, firstDeployment: true }).production).toBe(true);
});

const REFUSED = {
  consoleOrigins: [
    [],
    [''],
    ['*'],
    ['null'],
    ['https://*.triport.io'],
    ['https://console.triport.io/'],
    ['https://CONSOLE.triport.io'],
    ['http://console.triport.io'],
    ['console.triport.io'],
    ['https://console.triport.io', 'https://a.example, https://b.example'],
  ],
  alarmEmail: ['', 'oncall', 'a@b.io,c@d.io'],
};

test.each(
  Object.entries(REFUSED).flatMap(([name, values]) =>
    (values as unknown[]).map((value) => [name, value] as const),
  ),
)('%s = %j is refused in one sentence', (name, value) => {
  refused('mine', { ...personal, [name]: value });
  expect(() => checkStage('mine', { ...personal, [name]: value })).toThrow(name);
});

test.each(['0', '-1', '9223372036854775808'])('a minimum payout of %s is refused', (text) =>
  refused('mine', { ...personal, minPayoutMicro: BigInt(text) }),
);

test.each(['1', '9223372036854775807'])('a minimum payout of %s is taken', (text) => {
  const minPayoutMicro = BigInt(text);
  expect(checkStage('mine', { ...personal, minPayoutMicro }).minPayoutMicro).toBe(minPayoutMicro);
});

test('a list of origins is taken apart at its commas, each one once', () => {
  expect(
    parseOrigins('https://a.example, http://localhost:5173,https://a.example', 'CONSOLE_ORIGINS'),
  ).toEqual(['https://a.example', 'http://localhost:5173']);
  expect(() => parseOrigins('https://a.example,', 'CONSOLE_ORIGINS')).toThrow(
    /^CONSOLE_ORIGINS must list exact https origins .*, not ""\.$/,
  );
});
