/** JSON texts: members dropped, doubled, added, moved; other values; what only looks like it. */
import fc from 'fast-check';
import { type Part, usually } from './parts.ts';

/** Both as JSON texts. */
export type Member = [key: string, value: Part<string>];

const deep = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + close.repeat(depth);

const VALUES = [
  'null',
  'true',
  'false',
  '0',
  '"25000000"',
  '"solana"',
  '""',
  '[]',
  '{}',
  '[25000000]',
  '{"valueOf":25000000}',
  '{"$gt":0}',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\x"',
  '"\n"',
  "'single'",
  'undefined',
  deep('[', ']', 500),
  deep('{"a":', '}', 1).replace('}', '1}'),
];
const KEYS = [
  '"__proto__"',
  '"\\u005f_proto__"',
  '"constructor"',
  '"prototype"',
  '"toString"',
  '"hasOwnProperty"',
  '"toJSON"',
  '"user_id"',
  '"id"',
  '"status"',
  '"amount_micro"',
  '"network"',
  '"address"',
  '"AMOUNT_MICRO"',
  '"amount_micro "',
  '""',
  '"\\ud800"',
  '"a\\u0000"',
  'amount_micro',
];

const value = fc.constantFrom(...VALUES);
const extra = fc.tuple(
  fc.constantFrom(...KEYS),
  fc.oneof(value, fc.constant('{"prototype":{"isAdmin":true}}')),
);

type Twist = (members: [string, string][]) => [string, string][];

const change =
  (place: number, make: (member: [string, string]) => [string, string][]): Twist =>
  (members) =>
    members.flatMap((member, index) =>
      index === place % members.length ? make(member) : [member],
    );

const twist: fc.Arbitrary<Twist> = fc.oneof(
  fc.nat(2).map((place) => change(place, () => [])),
  fc.tuple(fc.nat(2), value).map(([place, other]) => change(place, ([key]) => [[key, other]])),
  fc
    .tuple(fc.nat(2), value)
    .map(([place, other]) => change(place, (member) => [[member[0], other], member])),
  fc
    .tuple(fc.nat(2), value)
    .map(([place, other]) => change(place, (member) => [member, [member[0], other]])),
  fc
    .tuple(fc.nat(2), fc.constantFrom(...KEYS))
    .map(([place, key]) => change(place, ([, text]) => [[key, text]])),
  extra.map(
    (member): Twist =>
      (members) => [...members, member],
  ),
  extra.map(
    (member): Twist =>
      (members) => [member, ...members],
  ),
  fc.constant<Twist>((members) => members.toReversed()),
);

const WRAPPINGS: ((text: string) => string)[] = [
  (text) => ` \t\r\n${text}\n`,
  (text) => `[${text}]`,
  (text) => JSON.stringify(text),
  (text) => `${text}${text}`,
  (text) => `${text},`,
  (text) => `${text}x`,
  (text) => text.slice(0, -1),
  (text) => text.replace('}', ',}'),
  (text) => `/**/${text}`,
  (text) => text.padEnd(4096, ' '),
  (text) => text.padEnd(4097, ' '),
  (text) =>
    text.replace('{', `{"pad":"${'x'.repeat(Math.max(0, 4096 - Buffer.byteLength(text) - 9))}",`),
  (text) =>
    text.replace('{', `{"pad":"${'x'.repeat(Math.max(0, 4097 - Buffer.byteLength(text) - 9))}",`),
  (text) => text.replace('{', `{"pad":"${'\u00e9'.repeat(1900)}",`),
  (text) => text.replace('{', `{"pad":"${'\u00e9'.repeat(2030)}",`),
  (text) => text.replace('{', `{"deep":${deep('[', ']', 1800)},`),
  () => deep('[', ']', 2048),
  () => deep('[', '', 4096),
  () => '{"a":'.repeat(800),
  () => '',
  () => ' ',
  () => 'null',
  () => '25000000',
  () => '"text"',
  () => '[]',
  () => '{}',
  () => 'amount_micro=25000000&network=solana',
  () => '<payout/>',
  () => 'x'.repeat(20_000),
];

/** An object of its members, mostly as it is. */
export const layout: fc.Arbitrary<(members: Member[]) => Part<string>> = fc
  .tuple(
    usually(fc.constant<Twist[]>([]), fc.array(twist, { minLength: 1, maxLength: 3 }), 5),
    usually(
      fc.constant((text: string) => text),
      fc.constantFrom(...WRAPPINGS),
      10,
    ),
  )
  .map(([twists, wrap]) => (members) => (scene) => {
    const given = members.map(([key, value]): [string, string] => [key, value(scene)]);
    const pairs = twists.reduce(
      (changed, twist) => (changed.length > 0 ? twist(changed) : changed),
      given,
    );
    return wrap(`{${pairs.map(([key, text]) => `${key}:${text}`).join(',')}}`);
  });

export const objectOf = (members: fc.Arbitrary<Member[]>): fc.Arbitrary<Part<string>> =>
  fc.tuple(members, layout).map(([members, laidOut]) => laidOut(members));
