/** The grammar's words: a part of a request, drawn first, is text once its user is known. */
import fc from 'fast-check';
import type { User } from '../user.ts';
import { type UserGroup, usersOf } from '../user-group.ts';

export type Scene = { group: UserGroup; user: User };
export type Part<Value> = (scene: Scene) => Value;

/** `plain` but for one time in `oneIn`; a failing request is tried with the plain part first. */
export const usually = <Value>(
  plain: fc.Arbitrary<Value>,
  other: fc.Arbitrary<Value>,
  oneIn = 8,
): fc.Arbitrary<Value> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: oneIn - 1, arbitrary: plain },
    { weight: 1, arbitrary: other },
  );

/** The same text for everybody. */
export const always = (...texts: string[]): fc.Arbitrary<Part<string>> =>
  fc.constantFrom(...texts).map((text) => () => text);

export const someone: fc.Arbitrary<(group: UserGroup) => User> = fc
  .constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4)
  .map((index) => (group) => usersOf(group)[index] ?? group.rich);

/** The item of the list at this place, counted around; undefined for an empty one. */
export const at = <Item>(items: readonly Item[], place: number): Item | undefined =>
  items[place % Math.max(1, items.length)];

/** Code points from everywhere, the nasty ones often. */
export const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\0',
      '"',
      '\\',
      '\n',
      '\u2028',
      '\ufeff',
      '\u202e',
      '\u{1f600}',
      '%',
      "'",
      ';',
      '{',
      'a',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 12,
});
