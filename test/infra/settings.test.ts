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

test('reconciliation is as wide as a Map goes, and as rare as an alarm looks back', () => {
  for (const reconciliation of [{}, { everyHours: 1, segments: 40 }, { everyHours: 144 }])
    expect(checkStage('mine', { ...personal, reconciliation })).toMatchObject({ reconciliation });
  for (const wrong of [0, -1, 1.5, 145, Number.NaN])
    refused('mine', { ...personal, reconciliation: { everyHours: wrong } });
  for (const wrong of [0, 2.5, 41])
    refused('mine', { ...personal, reconciliation: { segments: wrong } });
});

test('limits are positive amounts, on networks that there are', () => {
  const userDailyLimitMicro = personal.minPayoutMicro;
  const limits = {
    approvalAboveMicro: 1n,
    userDailyLimitMicro,
    outflowBudgetsMicro: { solana: 1n },
  };
  expect(checkStage('mine', { ...personal, ...limits })).toMatchObject(limits);
  for (const wrong of [0n, 2n ** 63n]) {
    refused('mine', { ...personal, approvalAboveMicro: wrong });
    refused('mine', { ...personal, userDailyLimitMicro: wrong });
    refused('mine', { ...personal, outflowBudgetsMicro: { solana: wrong } });
  }
  // Every payout would be refused, by the one or the other.
  refused('mine', { ...personal, userDailyLimitMicro: userDailyLimitMicro - 1n });
  refused('mine', { ...personal, outflowBudgetsMicro: { dogecoin: 1n } as object });
});

test('tokens are of networks that there are, and of their forms', () => {
  const evm = { token: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', decimals: 6 };
  const tokens = { ethereum: { ...evm, chainId: 11155111 }, polygon: evm };
  expect(checkStage('mine', { ...personal, tokens }).tokens).toEqual(tokens);
  refused('mine', { ...personal, tokens: { ethereum: { ...evm, decimals: -1 } } });
  refused('mine', { ...personal, tokens: { solana: evm } });
  refused('mine', { ...personal, tokens: { dogecoin: evm } as object });
});

describe('verifiers', () => {
  const safe = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
  const key = '0xde709f2102306220921060314715629080e2fb77';
  const mint = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
  const tokens = {
    ethereum: { token: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', decimals: 6, safe },
    solana: { token: mint, decimals: 6 },
  };
  const owner = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';
  const senders = { ethereum: [key, safe], solana: [owner] };
  const stage = (changed: object) =>
    ({ ...personal, tokens, verifiers: { secret: 'chains', senders, ...changed } }) as Stage;

  test('are of networks with a token, whose Safe is among the senders in any spelling', () => {
    expect(checkStage('mine', stage({})).verifiers).toEqual({ secret: 'chains', senders });
    const lower = { ethereum: [safe.toLowerCase()] };
    expect(checkStage('mine', stage({ senders: lower })).verifiers?.senders).toEqual(lower);
  });

  test.each(['payouts/mine/chains', 'a', 'A_b+c=d.e@f-g', `${'x'.repeat(512)}`, 'chains-12345'])(
    'may have the secret %s',
    (secret) => expect(checkStage('mine', stage({ secret })).verifiers?.secret).toBe(secret),
  );

  test.each(['', 'a b', 'chains*', 'x'.repeat(513), 'payouts-chains', 'a-ABC123', 'a:b', '??????'])(
    'cannot have the secret %j',
    (secret) => refused('mine', stage({ secret })),
  );

  test.each<[string, object]>([
    ['no network', {}],
    ['a network that there is not', { dogecoin: [key] }],
    ['a network without a token', { ...senders, polygon: [key] }],
    ['nobody who pays', { ...senders, solana: [] }],
    ['an address of another network', { ...senders, solana: [key] }],
    ['a wrong checksum', { ethereum: [safe.replace('Ef', 'eF')] }],
    ['an address that swallows money', { ethereum: [safe, `0x${'0'.repeat(40)}`] }],
    ['one sender twice', { ethereum: [safe, safe.toLowerCase()] }],
    ['not the Safe that pays', { ethereum: [key] }],
  ])('cannot have %s', (_what, wrong) => refused('mine', stage({ senders: wrong })));
});

test.each(['Production', 'prod', '', undefined])('there is no kind %j', (kind) =>
  refused('eu', { ...production, kind } as unknown as Stage),
);

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
  account: ['', '1234', '1234567890123', '12345678901a', ' 111122223333'],
  billingAccount: ['', '44445555666', '4444-5555-6666'],
  region: ['', 'eu', 'eu-central', 'eu-central-1a', 'EU-CENTRAL-1', 'frankfurt'],
};

test.each(
  Object.entries(REFUSED).flatMap(([name, values]) =>
    (values as unknown[]).map((value) => [name, value] as const),
  ),
)('%s = %j is refused in one sentence', (name, value) => {
  refused('mine', { ...personal, [name]: value });
  expect(() => checkStage('mine', { ...personal, [name]: value })).toThrow(name);
});

test.each(['eu-central-1', 'ap-southeast-5', 'us-gov-west-1', 'cn-north-1', 'eusc-de-east-1'])(
  'a region may be %s',
  (region) => expect(checkStage('mine', { ...personal, region }).region).toBe(region),
);

describe('a domain', () => {
  const { account, region, domain } = production;
  const { zone, ...outside } = domain;
  const stage = (changed: object, place: object = { account, region }) =>
    ({ ...personal, ...place, domain: { ...domain, ...changed } }) as Stage;

  test.each([{}, { name: 'triport.io' }, { name: 'pay.eu.triport.io' }])('may be %j', (changed) =>
    expect(checkStage('mine', stage(changed)).domain).toEqual({ ...domain, ...changed }),
  );

  test('may be without a zone, and in a zone below', () => {
    const sub = { ...domain, zone: { ...zone, name: 'api.triport.io' } };
    for (const each of [outside, sub])
      expect(checkStage('mine', { ...stage({}), domain: each }).domain).toBe(each);
  });

  test.each([
    ...['', 'triport', 'https://api.triport.io', 'api.triport.io/', 'api.triport.io:443'],
    ...['API.triport.io', '*.triport.io', 'api..triport.io', '-api.triport.io', 'api.triport.io.'],
    ...['10.0.0.1', 'api.triport.io-', `${'a'.repeat(64)}.triport.io`],
  ])('cannot be named %j', (name) => refused('mine', stage({ name, zone: undefined })));

  test.each([
    'api.triport.com',
    'api.elsewhere.io',
    'a1b2c3.execute-api.eu-central-1.amazonaws.com',
  ])('at %s would get no console’s cookie', (name) =>
    refused('mine', stage({ name, zone: undefined })),
  );

  const certificate = (place: string) => `arn:aws:acm:${place}:certificate/0-a`;
  test.each([
    ...['', certificate('eu-central-1'), certificate(`us-east-1:${account}`)],
    ...[
      certificate('eu-central-1:444455556666'),
      `arn:aws-cn:acm:eu-central-1:${account}:certificate/a`,
    ],
    `arn:aws:iam::${account}:server-certificate/a`,
  ])('cannot have the certificate %s', (certificateArn) =>
    refused('mine', stage({ certificateArn })),
  );

  test.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('in %s has a certificate of %s', (region, partition) => {
    const certificateArn = `arn:${partition}:acm:${region}:${account}:certificate/a`;
    const place = { account, region };
    expect(checkStage('mine', stage({ certificateArn }, place)).region).toBe(region);
    refused('mine', stage({ certificateArn: certificate(`${region}:${account}`) }, place));
  });

  test.each([
    [{ ...zone, name: 'example.com' }],
    [{ ...zone, name: 'port.io' }],
    [{ ...zone, name: 'www.api.triport.io' }],
    [{ ...zone, name: 'triport.io.' }],
    [{ ...zone, name: '' }],
    [{ ...zone, id: 'triport.io' }],
    [{ ...zone, id: '/hostedzone/Z00000000000000000000' }],
  ])('cannot be in the zone %j', (zone) => refused('mine', stage({ zone })));

  test.each([{ account }, { region }])('needs its place, not only %j', (place) =>
    refused('mine', stage({}, place)),
  );
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
