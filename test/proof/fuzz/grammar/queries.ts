/** Query strings of the lists: limits, offsets, statuses, cursors, their edges and what is none. */
import fc from 'fast-check';
import { anyText, at, type Part, type Scene, usually } from './parts.ts';

const NUMBERS = [
  '0',
  '-1',
  '1',
  '2',
  '199',
  '200',
  '201',
  '007',
  '1e2',
  '1.0',
  '5.5',
  ' 5',
  '+5',
  '5 ',
  '',
  'ten',
  'NaN',
  'null',
  '0x10',
  '٣',
  '1,2',
  '2147483597',
  '2147483598',
  '2147483647',
  '2147483648',
  '4294967296',
  '9007199254740940',
  '9007199254740991',
  '9007199254740992',
  '1'.repeat(300),
  '__proto__',
  '%35',
  '%',
];
const STATUSES = [
  'requested',
  'processing',
  'sent',
  'failed',
  'cancelled',
  'pending',
  'available',
  'reversed',
  'requested,sent',
  'processing,',
  'sent,sent,unknown',
  'pending%2Cavailable',
  '',
  ',',
  'SENT',
  ' sent',
  '__proto__',
  'constructor',
  'requested\0',
  '%FF',
];

const cursor = (key: string): string => Buffer.from(key).toString('base64url');
const payoutKey = (scene: Scene, n: number): string => at(scene.group.rich.payouts, n)?.id ?? '';
const rewardKey = (scene: Scene, n: number): string => {
  const reward = at([...scene.user.rewards, ...scene.group.rich.rewards], n);
  return `${reward?.granted_at}#${reward?.id}`;
};

const ODD_CURSORS: Part<string>[] = [
  ({ group }) => cursor(group.stranger.payoutId),
  (scene) => cursor(payoutKey(scene, 0).toUpperCase()),
  (scene) => `${cursor(payoutKey(scene, 1))}=`,
  (scene) => `${cursor(payoutKey(scene, 1))}!`,
  (scene) => `%20${cursor(payoutKey(scene, 1))}`,
  (scene) => cursor(payoutKey(scene, 1)).slice(0, -1),
  (scene) => `${cursor(payoutKey(scene, 1))}&cursor=${cursor(payoutKey(scene, 2))}`,
  (scene) => payoutKey(scene, 1),
  (scene) => cursor(`${payoutKey(scene, 1)}\n`),
  (scene) => Buffer.from(rewardKey(scene, 1)).toString('base64').replaceAll('+', '%2B'),
  () => cursor('00000000-0000-0000-0000-000000000000'),
  () => cursor('ffffffff-ffff-ffff-ffff-ffffffffffff'),
  () => cursor('9999-99-99T99:99:99.999Z#x'),
  () => cursor(`2026-01-01T00:00:00.000Z#${'x'.repeat(128)}`),
  () => cursor(`2026-01-01T00:00:00.000Z#${'x'.repeat(129)}`),
  () => cursor('2026-01-01T00:00:00.000Z#'),
  () => cursor('x'.repeat(3000)),
  () => cursor('{"__proto__":1}'),
  () => '',
  () => 'x',
  () => '%00',
  () => '%F0%9F%98%80',
  () => '../../etc/passwd',
  () => 'undefined',
];

const cursors: fc.Arbitrary<Part<string>> = fc.oneof(
  fc.nat(40).map((n) => (scene: Scene) => cursor(payoutKey(scene, n))),
  fc.nat(20).map((n) => (scene: Scene) => cursor(rewardKey(scene, n))),
  fc.constantFrom(...ODD_CURSORS),
);

const same = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<Part<string>> =>
  arbitrary.map((text) => () => text);

const parameter: fc.Arbitrary<Part<string>> = fc
  .oneof(
    fc.tuple(
      fc.constant('limit'),
      same(fc.oneof(fc.integer({ min: 1, max: 30 }).map(String), fc.constantFrom(...NUMBERS))),
    ),
    fc.tuple(
      fc.constant('offset'),
      same(fc.oneof(fc.integer({ min: 0, max: 50 }).map(String), fc.constantFrom(...NUMBERS))),
    ),
    fc.tuple(
      fc.constant('status'),
      same(
        fc.constantFrom(...STATUSES).map((status) => status.replace('\0', '%00').replace(' ', '+')),
      ),
    ),
    fc.tuple(fc.constant('cursor'), cursors),
    fc.tuple(
      fc.constantFrom(
        'user_id',
        '__proto__',
        'constructor',
        'LIMIT',
        'lim%69t',
        '',
        'X-Amz-Signature',
      ),
      same(fc.constantFrom('1', '', 'x')),
    ),
    fc.tuple(
      fc.constantFrom('limit', 'x', 'cursor'),
      same(anyText.map((text) => encodeURIComponent(text.toWellFormed()))),
    ),
  )
  .map(
    ([name, value]) =>
      (scene) =>
        `${name}=${value(scene)}`,
  );

/** With its question mark, if there is one. */
export const listQuery: fc.Arbitrary<Part<string>> = fc
  .tuple(
    fc.array(parameter, { maxLength: 3 }),
    usually(fc.constant(''), fc.constantFrom('&', '?', '&&', '&=', '&limit', '#x', '&%zz=1'), 12),
  )
  .map(([parameters, end]) => (scene) => {
    const query = parameters.map((part) => part(scene)).join('&') + end;
    // What is not ASCII cannot stand in a target.
    const ascii = query.replace(/[^!-~]/g, (character) => encodeURIComponent(character));
    return ascii === '' ? '' : `?${ascii}`;
  });
