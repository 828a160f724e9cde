/** The session's cookie: right, missing, doubled, malformed, dead, quoted, and among others. */
import fc from 'fast-check';
import { type Part, type Scene, usually } from './parts.ts';

const live = ({ user }: Scene, n = 0): string => `nl_session=${user.tokens.live[n === 0 ? 0 : 1]}`;

const COOKIES: Part<string[]>[] = [
  () => [],
  (scene) => [live(scene, 1)],
  (scene) => [`theme=dark; ${live(scene)}; lang=de`],
  (scene) => [`nl_session_old=x; xnl_session=y;${live(scene)}`],
  (scene) => ['a=1', live(scene)],
  (scene) => [`;; ; ${live(scene)};`],
  (scene) => [`${live(scene)}; ${live(scene)}`],
  (scene) => [live(scene), live(scene, 1)],
  (scene) => [`${live(scene)}; nl_session=`],
  (scene) => [`nl_session=; ${live(scene)}`],
  (scene) => [`${live(scene)}, ${live(scene, 1)}`],
  (scene) => [live(scene).replace(';', ',')],
  (scene) => [live(scene).replace('=', '="').concat('"')],
  (scene) => [live(scene).replace('nl_session', 'NL_SESSION')],
  (scene) => [live(scene).replace('nl_session', 'Nl_session')],
  (scene) => [live(scene).replace('=', ' = ')],
  (scene) => [live(scene).replace('=', '==')],
  (scene) => [live(scene).replace('=', '%3D')],
  (scene) => [`\t ${live(scene)} \t`],
  (scene) => [`$Version=1; ${live(scene)}; $Path=/`],
  (scene) => [live(scene).slice(0, -1)],
  (scene) => [`${live(scene)}A`],
  (scene) => [`${live(scene)}\u00e9`],
  (scene) => [`${live(scene)} x`],
  (scene) => [live(scene).toUpperCase()],
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
  fc.constant<Part<string[]>>((scene) => [live(scene)]),
  fc.constantFrom(...COOKIES),
  8,
);
