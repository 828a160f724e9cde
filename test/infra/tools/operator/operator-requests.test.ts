/** How a request to a deployed API is signed, held against another library's signature. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect } from '../../../../infra/tools/operator/operator-requests.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const DOMAIN = 'https://api.triport.io';
const PATH = '/v1/admin/referrals/payouts';

let sent: Request | undefined;

beforeEach(() => {
  sent = undefined;
  vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  vi.stubEnv('AWS_PROFILE', undefined);
  vi.stubGlobal('fetch', async (...request: ConstructorParameters<typeof Request>) => {
    sent = new Request(...request);
    return new Response('{}');
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** What the header should be, by the library that the AWS SDK signs with. */
async function expected({ method, url, headers }: Request, body: string, region: string) {
  const { host, hostname, pathname: path, searchParams } = new URL(url);
  const signed = ['content-type', 'x-amz-date'].flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const at = (headers.get('x-amz-date') ?? '').replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
    '$1-$2-$3T$4:$5:$6Z',
  );
  const signer = new SignatureV4({
    service: 'execute-api',
    region,
    credentials: CREDENTIALS,
    sha256: Sha256,
    applyChecksum: false,
  });
  const again = await signer.sign(
    {
      method,
      protocol: 'https:',
      hostname,
      path,
      query: Object.fromEntries(searchParams),
      headers: { host, ...Object.fromEntries(signed) },
      body,
    },
    { signingDate: new Date(at), signableHeaders: new Set(['host', 'content-type']) },
  );
  return again.headers.authorization;
}

type Settings = Parameters<typeof connect>[0];

test.each<[string, Settings, string]>([
  [
    'the option',
    { url: DOMAIN, region: 'eu-central-1', ambientRegion: 'us-east-1' },
    'eu-central-1',
  ],
  ['the environment', { url: `${DOMAIN}/`, ambientRegion: 'eu-central-1' }, 'eu-central-1'],
  [
    'the host',
    { url: 'https://a1b2c3.execute-api.eu-west-1.amazonaws.com', ambientRegion: 'us-east-1' },
    'eu-west-1',
  ],
  [
    'the host in China',
    { url: 'https://a1b2c3.execute-api.cn-north-1.amazonaws.com.cn', ambientRegion: 'us-east-1' },
    'cn-north-1',
  ],
  [
    'the option, for a host that names another one',
    { url: 'https://a1b2c3.execute-api.eu-west-1.amazonaws.com', region: 'eu-north-1' },
    'eu-north-1',
  ],
])('is good for the region of %s', async (_whose, settings, region) => {
  const send = connect(settings);
  await send({ method: 'GET', path: PATH, query: { cursor: "a +b/c='*~&é" } });
  expect(sent?.url).toMatch(`${new URL(settings.url ?? '').origin}${PATH}?cursor=`);
  expect(sent?.headers.get('authorization')).toBe(await expected(sent as Request, '', region));

  const body = { tx_hash: 'x' };
  await send({ method: 'POST', path: `${PATH}/7/sent`, body });
  const text = JSON.stringify(body);
  expect(await sent?.clone().text()).toBe(text);
  expect(sent?.headers.get('authorization')).toBe(await expected(sent as Request, text, region));
});

test('a host of its own needs the region from somewhere', () =>
  expect(() => connect({ url: DOMAIN })).toThrow(/add --region, or set AWS_REGION\.$/));
