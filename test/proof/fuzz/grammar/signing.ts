/** Operators' signatures: right ones, and every way to get one wrong. */
import fc from 'fast-check';
import { type Scope, signatureOf } from '../oracle/oracle-signature.ts';
import type { Fields } from './headers.ts';
import { usually } from './parts.ts';

type Unsigned = { method: string; target: string; fields: Fields; body: Buffer };
/** The fields to add. */
export type Sign = (request: Unsigned) => Fields;

type Change = {
  key?: string;
  secret?: string;
  atMs?: number;
  service?: string;
  region?: string;
  day?: string;
  signed?: string[];
  body?: Buffer;
  path?: string;
  authorization?: (text: string) => string;
  more?: Fields;
};

const HOUR_MS = 3_600_000;
const OPERATORS = ['local-ann', 'local-ben', 'local'];

const CHANGES: Change[] = [
  { secret: 'wrong' },
  { key: 'stranger', secret: 'stranger' },
  { key: 'AKIAIOSFODNN7EXAMPLE' },
  { key: 'local-' },
  { key: '__proto__' },
  { atMs: -HOUR_MS },
  { atMs: HOUR_MS },
  { service: 's3' },
  { region: 'eu-west-1' },
  { day: '20200101' },
  { signed: ['host'] },
  { signed: ['x-amz-date'] },
  { signed: ['host', 'x-amz-date', 'x-not-there'] },
  { signed: ['content-type', 'host', 'x-amz-date'] },
  { body: Buffer.from('another body') },
  { path: '/v1/admin/referrals/payouts' },
  { authorization: (text) => text.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
  { authorization: (text) => text.toUpperCase() },
  { authorization: (text) => text.replace('SignedHeaders=host;', 'SignedHeaders=') },
  { authorization: (text) => text.replaceAll(', ', ',') },
  { authorization: (text) => text.replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1') },
  { authorization: () => '' },
  { authorization: () => 'Basic bG9jYWw6bG9jYWw=' },
  { more: [['x-amz-content-sha256', 'UNSIGNED-PAYLOAD']] },
  { more: [['x-amz-date', '20200101T000000Z']] },
  { more: [['authorization', 'AWS4-HMAC-SHA256 Credential=local']] },
];

const signWith =
  (operator: string, change: Change): Sign =>
  ({ method, target, fields, body }) => {
    const {
      key = operator,
      secret = key,
      service = 'execute-api',
      region = 'us-east-1',
      authorization = (text) => text,
    } = change;
    const amzDate = new Date(Date.now() + (change.atMs ?? 0))
      .toISOString()
      .replace(/[-:]|\.\d+/g, '');
    const scope: Scope = { day: change.day ?? amzDate.slice(0, 8), region, service };
    const given = new Map([
      ...fields.map(([name, value]) => [name.toLowerCase(), value] as const),
      ['x-amz-date', amzDate] as const,
    ]);
    const { signed: names = ['host', 'x-amz-date'] } = change;
    const [path = '', ...query] = target.split('?');
    const signature = safely(() =>
      signatureOf(
        {
          method,
          path: change.path ?? path,
          query: query.join('?'),
          headers: new Map(names.map((name) => [name, given.get(name) ?? ''])),
          body: change.body ?? body,
        },
        amzDate,
        scope,
        secret,
      ),
    );
    const credential = `${key}/${scope.day}/${scope.region}/${service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return [
      ['X-Amz-Date', amzDate],
      ['Authorization', authorization(text)],
      ...(change.more ?? []),
    ];
  };

/** A query that nobody can decode has no signature. */
function safely(sign: () => string): string {
  try {
    return sign();
  } catch {
    return '0'.repeat(64);
  }
}

export const signing: fc.Arbitrary<Sign> = fc.oneof(
  { withCrossShrink: true },
  {
    weight: 12,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...OPERATORS),
        usually(fc.constant<Change>({}), fc.constantFrom(...CHANGES), 8),
      )
      .map(([operator, change]) => signWith(operator, change)),
  },
  { weight: 1, arbitrary: fc.constant<Sign>(() => []) },
);
