/** Request targets: ids in the path, the path's spelling, and query strings. */
import fc from 'fast-check';
import { uuidOf } from '../derived.ts';
import { anyText, at, type Part, type Scene, usually } from './parts.ts';

const payoutOf = ({ user, group }: Scene, n: number): string =>
  at(user.payouts, n)?.id ?? at(group.rich.payouts, n)?.id ?? '';

/**
 * To operators an id like the service's own is one that its index may not show yet, which they are
 * told only after a long look: that is for a test with a clock of its own.
 */
const nobodys =
  (strangers: boolean): Part<string> =>
  ({ group }) =>
    uuidOf(`${group.name} nobody's`, strangers ? '7' : '4', 1_700_000_000_000);

const ODD_IDS: Part<string>[] = [
  ({ user }) => user.id,
  (scene) => payoutOf(scene, 0).replaceAll('-', ''),
  (scene) => payoutOf(scene, 1).slice(1),
  (scene) => `${payoutOf(scene, 1)}0`,
  (scene) => `{${payoutOf(scene, 2)}}`,
  (scene) => `urn:uuid:${payoutOf(scene, 2)}`,
  (scene) => payoutOf(scene, 2).replace(/.$/, 'g'),
  (scene) => payoutOf(scene, 3).replaceAll('-', '%2D'),
  (scene) => payoutOf(scene, 3).replace('-', '%2d').replace('0', '%30'),
  (scene) => `${payoutOf(scene, 3)}%00`,
  (scene) => `${payoutOf(scene, 3)}%0A`,
  (scene) => `%20${payoutOf(scene, 3)}`,
  (scene) => `${payoutOf(scene, 3)}%2Fcancel`,
  (scene) => `..%2F${payoutOf(scene, 3)}`,
  (scene) => `${payoutOf(scene, 3)};a=b`,
  (scene) => `${payoutOf(scene, 3)}#x`,
  () => '00000000-0000-0000-0000-000000000000',
  () => 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  () => '__proto__',
  () => 'constructor',
  () => '1',
  () => '-',
  () => '..',
  () => '.',
  () => '%2e%2e',
  () => '%00',
  () => '%C3%A9',
  () => '%FF',
  () => '%zz',
  () => '%',
  () => '%F0%9F%98%80',
  () => '*',
  () => 'x'.repeat(3000),
  () => '%27%20OR%201=1',
];

/** One of the user's payouts; other people's only where asking for them must be in vain. */
export const payoutId = (strangers: boolean): fc.Arbitrary<Part<string>> =>
  usually(
    // Some of them over and over, so that they are asked for in every state.
    fc
      .oneof(fc.nat(43), fc.constantFrom(0, 1, 24, 25))
      .map((n) => (scene: Scene) => payoutOf(scene, n)),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant(nobodys(strangers)) },
      {
        weight: 2,
        arbitrary: fc.nat(43).map((n) => (scene: Scene) => payoutOf(scene, n).toUpperCase()),
      },
      {
        weight: 1,
        arbitrary: fc.nat(43).map(
          (n) =>
            ({ group }: Scene) =>
              at(group.rich.payouts, n)?.id ?? '',
        ),
      },
      {
        weight: 1,
        arbitrary: fc.constant(({ group, user }: Scene) =>
          strangers ? group.stranger.payoutId : user.id,
        ),
      },
      { weight: 6, arbitrary: fc.constantFrom(...ODD_IDS) },
      {
        weight: 1,
        arbitrary: anyText.map((text) => () => encodeURIComponent(text.toWellFormed()) || '%20'),
      },
    ),
    4,
  );

export const userId: fc.Arbitrary<Part<string>> = usually(
  fc.constant<Part<string>>(({ user }) => user.id),
  fc.oneof(
    fc.constant<Part<string>>(({ user }) => user.id.toUpperCase()),
    fc.constant<Part<string>>(({ group }) => uuidOf(`${group.name} nobody`)),
    fc.constantFrom(...ODD_IDS),
  ),
  3,
);

const SPELLINGS: ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replace('/referrals', '//referrals'),
  (path) => path.replace('/referrals', '/./referrals'),
  (path) => path.replace('/v1', '/v1/x/../'),
  (path) => path.replace('referrals', '%72eferrals'),
  (path) => path.replace('/referrals', '%2Freferrals'),
  (path) => path.toUpperCase(),
  (path) => path.replace('v1', 'V1'),
  (path) => path.replace('v1', 'v2'),
  (path) => `${path}%20`,
  (path) => `${path}%00`,
  (path) => `${path}.json`,
  (path) => `${path};x=1`,
  (path) => `${path}#fragment`,
  (path) => path.replaceAll('/', '\\'),
  (path) => path.replace('admin/', ''),
  (path) => path.replace('/v1/', '/v1/admin/'),
  (path) => `http://evil.example${path}`,
  (path) => `https://localhost:443${path}`,
  (path) => `http://LocalHost${path}`,
  (path) => `//evil.example${path}`,
  (path) => `${path}${'/x'.repeat(1500)}`,
  (path) => path.slice(1),
  () => '/',
  () => '*',
  () => '/%',
  () => '/favicon.ico',
  () => '/v1/referrals',
];

export const spelling: fc.Arbitrary<(path: string) => string> = usually(
  fc.constant((path: string) => path),
  fc.constantFrom(...SPELLINGS),
  14,
);
