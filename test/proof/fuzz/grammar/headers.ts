/** Header fields: cookies, where a browser comes from, idempotency keys, and whatever else. */
import fc from 'fast-check';
import { CONSOLE } from '../oracle/arguments.ts';
import { anyText, type Part, type Scene, usually } from './parts.ts';

const liveCookie = ({ user }: Scene, n = 0): string =>
  `nl_session=${user.tokens.live[n === 0 ? 0 : 1]}`;

const COOKIES: Part<string[]>[] = [
  () => [],
  (scene) => [liveCookie(scene, 1)],
  (scene) => [`theme=dark; ${liveCookie(scene)}; lang=de`],
  (scene) => [`nl_session_old=x; xnl_session=y;${liveCookie(scene)}`],
  (scene) => ['a=1', liveCookie(scene)],
  (scene) => [`;; ; ${liveCookie(scene)};`],
  (scene) => [`${liveCookie(scene)}; ${liveCookie(scene)}`],
  (scene) => [liveCookie(scene), liveCookie(scene, 1)],
  (scene) => [`${liveCookie(scene)}; nl_session=`],
  (scene) => [`nl_session=; ${liveCookie(scene)}`],
  (scene) => [`${liveCookie(scene)}, ${liveCookie(scene, 1)}`],
  (scene) => [liveCookie(scene).replace(';', ',')],
  (scene) => [liveCookie(scene).replace('=', '="').concat('"')],
  (scene) => [liveCookie(scene).replace('nl_session', 'NL_SESSION')],
  (scene) => [liveCookie(scene).replace('nl_session', 'Nl_session')],
  (scene) => [liveCookie(scene).replace('=', ' = ')],
  (scene) => [liveCookie(scene).replace('=', '==')],
  (scene) => [liveCookie(scene).replace('=', '%3D')],
  (scene) => [`\t ${liveCookie(scene)} \t`],
  (scene) => [`$Version=1; ${liveCookie(scene)}; $Path=/`],
  (scene) => [liveCookie(scene).slice(0, -1)],
  (scene) => [`${liveCookie(scene)}A`],
  (scene) => [`${liveCookie(scene)}\u00e9`],
  (scene) => [`${liveCookie(scene)} x`],
  (scene) => [liveCookie(scene).toUpperCase()],
  ({ user }) => [`nl_session=${user.tokens.expired}`],
  ({ user }) => [`nl_session=${user.tokens.revoked}`],
  ({ user }) => [`nl_session=${user.id}`],
  () => ['nl_session'],
  () => ['nl_session='],
  () => ['nl_session=__proto__'],
  () => ['nl_session=prewarm'],
  () => [`nl_session=${'x'.repeat(512)}`],
  () => [`nl_session=${'x'.repeat(4000)}`],
  () => [''],
];

export const cookies: fc.Arbitrary<Part<string[]>> = usually(
  fc.constant<Part<string[]>>((scene) => [liveCookie(scene)]),
  fc.constantFrom(...COOKIES),
  8,
);

export type Fields = [name: string, value: string][];

const SITES = [
  'same-origin',
  'none',
  'same-site',
  'cross-site',
  '',
  'Same-Origin',
  'same-origin, none',
];
const ORIGINS = [
  CONSOLE,
  'https://evil.example',
  'null',
  '',
  '*',
  `${CONSOLE}/`,
  `${CONSOLE}:443`,
  `${CONSOLE}.evil.example`,
  `${CONSOLE}, ${CONSOLE}`,
  CONSOLE.toUpperCase(),
  CONSOLE.replace('https', 'http'),
  CONSOLE.replace('console', 'x.console'),
];

const site: fc.Arbitrary<Fields> = fc.oneof(
  fc.constant<Fields>([['Origin', CONSOLE]]),
  fc.constantFrom(...ORIGINS).map((origin): Fields => [['Origin', origin]]),
  fc.constantFrom(...SITES).map((from): Fields => [['Sec-Fetch-Site', from]]),
  fc.tuple(fc.constantFrom(...SITES), fc.constantFrom(...ORIGINS)).map(
    ([from, origin]): Fields => [
      ['Sec-Fetch-Site', from],
      ['origin', origin],
    ],
  ),
  fc.constant<Fields>([
    ['origin', CONSOLE],
    ['Origin', CONSOLE],
  ]),
  fc.constant<Fields>([
    ['sec-fetch-site', 'same-origin'],
    ['sec-fetch-site', 'same-origin'],
  ]),
);

/** Where the browser says that the request comes from; mostly there is no browser. */
export const sites: fc.Arbitrary<Fields> = usually(fc.constant<Fields>([]), site, 6);

const KEYS = [
  '',
  ' ',
  'a b',
  'é',
  '\u00ff',
  '"',
  '\t',
  'x'.repeat(255),
  'x'.repeat(256),
  'x'.repeat(4000),
  '__proto__',
  'a,b',
  ',',
  'twin-0,twin-0',
  '~',
  '!',
];

/** A key's number when it is one of those that go with a body of their own. */
export type Key = { fields: Fields; n?: number };
export const idempotency: fc.Arbitrary<Key> = fc.oneof(
  { withCrossShrink: true },
  { weight: 10, arbitrary: fc.constant<Key>({ fields: [] }) },
  {
    weight: 4,
    arbitrary: fc.nat(1).map((n): Key => ({ fields: [['Idempotency-Key', `twin-${n}`]], n })),
  },
  {
    weight: 2,
    arbitrary: fc.nat(1).map((n): Key => ({ fields: [['Idempotency-Key', `twin-${n}`]] })),
  },
  {
    weight: 2,
    arbitrary: fc.nat(2).map((n): Key => ({ fields: [['idempotency-key', `key-${n}`]] })),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        fc.constantFrom(...KEYS),
        anyText.map((text) =>
          Buffer.from(text)
            .toString('latin1')
            .replace(/[\r\n\0]/g, ''),
        ),
      )
      .map((key): Key => ({ fields: [['Idempotency-Key', key]] })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('', 'twin-0', 'two')
      .map(
        (second): Key => ({ fields: ['twin-0', second].map((key) => ['idempotency-key', key]) }),
      ),
  },
);

const STRAY: Fields = [
  ['__proto__', 'polluted'],
  ['constructor', 'x'],
  ['toString', 'x'],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'identity'],
  ['content-encoding', 'br, gzip'],
  ['Accept', 'text/html'],
  ['accept-encoding', 'gzip'],
  ['Expect', '100-continue'],
  ['expect', 'a miracle'],
  ['Connection', 'close'],
  ['connection', 'upgrade'],
  ['upgrade', 'h2c'],
  ['te', 'trailers'],
  ['x-http-method-override', 'DELETE'],
  ['x-forwarded-for', '127.0.0.1'],
  ['x-forwarded-host', 'evil.example'],
  ['x-original-url', '/v1/admin/referrals/payouts'],
  ['x-user-id', '00000000-0000-4000-8000-000000000001'],
  ['authorization', 'Bearer x'],
  [
    'authorization',
    'AWS4-HMAC-SHA256 Credential=local/20260101/x/execute-api/aws4_request, SignedHeaders=host, Signature=0',
  ],
  ['x-amzn-request-context', '{}'],
  ['range', 'bytes=0-1'],
  ['if-none-match', '*'],
  ['x-long', 'y'.repeat(6000)],
  ['x-latin', '\u00e9\u00ff'],
  ['x-empty', ''],
  ['content-md5', 'x'],
  ['access-control-request-method', 'POST'],
];

export const strays: fc.Arbitrary<Fields> = usually(
  fc.constant<Fields>([]),
  fc.array(fc.constantFrom(...STRAY), { minLength: 1, maxLength: 3 }),
  8,
);
