/** Whole requests, from the grammar's parts to the bytes on the wire. */
import fc from 'fast-check';
import type { User } from '../user.ts';
import type { UserGroup } from '../user-group.ts';
import {
  approvalBody,
  attemptBody,
  type Body,
  bodyOfKey,
  noteBody,
  payoutBody,
  reviewBody,
  sentBody,
  spendBody,
  strayBody,
  unpaidBody,
} from './bodies.ts';
import { contentTypes, type Edit, edited, edits, encoding, frame, visible } from './bytes.ts';
import { cookies, type Fields, idempotency, type Key, sites, strays } from './headers.ts';
import { raw } from './no-http.ts';
import { type Part, someone, usually } from './parts.ts';
import { listQuery } from './queries.ts';
import { type Sign, signing } from './signing.ts';
import { payoutId, spelling, userId } from './targets.ts';

/** The bytes to send; the same for the same group in the same state. */
export type Draft = (group: UserGroup) => Buffer;

type Route = {
  method: string;
  path: string;
  id?: fc.Arbitrary<Part<string>>;
  body?: fc.Arbitrary<Body>;
  query?: true;
  signed?: true;
};

const BASE = '/v1/referrals';
const ADMIN = '/v1/admin/referrals';
const own = payoutId(true);
const any = payoutId(false);

const ofPayout = (
  weight: number,
  name: string,
  body: fc.Arbitrary<Body>,
): [weight: number, Route] => [
  weight,
  { method: 'POST', path: `${ADMIN}/payouts/{}/${name}`, id: any, body, signed: true },
];
const ofUser = (weight: number, name: string): [weight: number, Route] => [
  weight,
  { method: 'POST', path: `${ADMIN}/users/{}/${name}`, id: userId, body: noteBody, signed: true },
];

const ROUTES: [weight: number, Route][] = [
  [34, { method: 'POST', path: `${BASE}/payouts`, body: payoutBody }],
  [8, { method: 'GET', path: `${BASE}/payouts`, query: true }],
  [5, { method: 'GET', path: `${BASE}/payouts/{}`, id: own }],
  [7, { method: 'POST', path: `${BASE}/payouts/{}/cancel`, id: own }],
  [3, { method: 'GET', path: `${BASE}/me` }],
  [7, { method: 'GET', path: `${BASE}/rewards`, query: true }],
  [12, { method: 'POST', path: `${BASE}/spend-on-invoice`, body: spendBody }],
  [2, { method: 'GET', path: `${ADMIN}/payouts`, query: true, signed: true }],
  [3, { method: 'GET', path: `${ADMIN}/payouts/{}`, id: any, signed: true }],
  [4, { method: 'POST', path: `${ADMIN}/payouts/{}/processing`, id: any, signed: true }],
  [5, { method: 'POST', path: `${ADMIN}/payouts/{}/sent`, id: any, body: sentBody, signed: true }],
  ofPayout(3, 'failed', unpaidBody),
  ofPayout(3, 'cancelled', unpaidBody),
  ofPayout(4, 'released', noteBody),
  ofPayout(4, 'approved', approvalBody),
  ofPayout(9, 'attempts', attemptBody),
  ofPayout(5, 'reviewed', reviewBody),
  ofUser(1, 'frozen'),
  ofUser(2, 'thawed'),
  [2, { method: 'GET', path: `${ADMIN}/users/{}`, id: userId, signed: true }],
  [1, { method: 'OPTIONS', path: `${BASE}/payouts` }],
];
/** Where an idempotency key counts. */
const TWIN_PATHS = [`${BASE}/payouts`, `${BASE}/spend-on-invoice`];
const OTHER_METHODS = 'HEAD PUT DELETE PATCH OPTIONS GET POST TRACE PROPFIND M-SEARCH'.split(' ');

const plainRoute: fc.Arbitrary<Route> = fc.oneof(
  ...ROUTES.map(([weight, route]) => ({ weight, arbitrary: fc.constant(route) })),
);
const route = fc
  .tuple(
    plainRoute,
    usually(
      fc.constant(undefined),
      fc.option(fc.constantFrom(...OTHER_METHODS), { nil: undefined }),
      20,
    ),
  )
  .map(([route, method]) => (method === undefined ? route : { ...route, method }));

const nobody: fc.Arbitrary<Part<string>> = fc.constant(() => '');
const noQuery: fc.Arbitrary<Part<string>> = usually(nobody, listQuery, 10);
const noBody: fc.Arbitrary<Body | undefined> = usually(
  fc.constant<Body | undefined>(undefined),
  strayBody,
  10,
);

type Choice = {
  route: Route;
  user: (group: UserGroup) => User;
  id: Part<string>;
  query: Part<string>;
  body: Body | undefined;
  encode: (text: string) => Buffer;
  types: string[];
  cookies: Part<string[]>;
  site: Fields;
  key: Key;
  strays: Fields;
  sign: Sign;
  spell: (path: string) => string;
  chunked: boolean;
  targetEdits: Edit[];
};

const choice: fc.Arbitrary<Choice> = route.chain((route) =>
  fc.record<Choice>({
    route: fc.constant(route),
    user: someone,
    id: route.id ?? nobody,
    query: route.query ? listQuery : noQuery,
    body: route.body ?? noBody,
    encode: encoding,
    types: contentTypes,
    cookies: route.signed ? fc.constant(() => []) : cookies,
    site:
      route.method === 'OPTIONS'
        ? sites.map((site) => [...site, ['Access-Control-Request-Method', 'POST']])
        : sites,
    key: idempotency,
    strays,
    sign: route.signed ? signing : fc.constant<Sign>(() => []),
    spell: spelling,
    chunked: usually(fc.constant(false), fc.constant(true), 12),
    targetEdits: usually(fc.constant<Edit[]>([]), edits, 25),
  }),
);

const written: fc.Arbitrary<Draft> = choice.map((choice) => (group) => {
  const { route, key, sign, encode, spell } = choice;
  const scene = { group, user: choice.user(group) };
  const id = choice.id(scene);
  const target = visible(
    edited(
      Buffer.from(spell(route.path.replace('{}', () => id)) + choice.query(scene)),
      choice.targetEdits,
    ),
  );
  const isTwin = route.method === 'POST' && TWIN_PATHS.includes(route.path);
  const text =
    isTwin && key.n !== undefined
      ? bodyOfKey(key.n, route.path === TWIN_PATHS[0])(scene)
      : choice.body?.({ payoutId: id })(scene);
  const body = text === undefined ? Buffer.alloc(0) : encode(text);
  const fields: Fields = [
    ['Host', 'localhost'],
    ...choice.cookies(scene).map((cookie): [string, string] => ['Cookie', cookie]),
    ...(text === undefined
      ? []
      : choice.types.map((type): [string, string] => ['Content-Type', type])),
    ...choice.site,
    ...key.fields,
    ...choice.strays,
  ];
  const signature = sign({ method: route.method, target, fields, body });
  return frame(
    `${route.method} ${target} HTTP/1.1`,
    [...fields, ...signature],
    body,
    choice.chunked,
  );
});

/** One byte more than a gateway takes. */
const tooLarge: Draft = ({ rich }) => {
  const fields: Fields = [
    ['Host', 'localhost'],
    ['Cookie', `nl_session=${rich.tokens.live[0]}`],
    ['Content-Type', 'application/json'],
  ];
  const body = Buffer.alloc(10 * 1024 * 1024 + 1, ' ');
  return frame(`POST ${BASE}/payouts HTTP/1.1`, fields, body, false);
};

/** Every request there is: from the grammar, mutated on the wire, or no request at all. */
export const draft: fc.Arbitrary<Draft> = fc.oneof(
  { withCrossShrink: true },
  {
    weight: 960,
    arbitrary: fc.tuple(written, usually(fc.constant<Edit[]>([]), edits, 12)).map(
      ([write, edits]): Draft =>
        (group) =>
          edited(write(group), edits),
    ),
  },
  {
    weight: 39,
    arbitrary: fc.tuple(raw, someone).map(
      ([raw, user]): Draft =>
        (group) =>
          raw({ group, user: user(group) }),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Draft>(tooLarge) },
);
