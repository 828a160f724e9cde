/**
 * Explains what clients saw and what is stored by one order of the happenings, as Wing and Gong's test of linearizability
 * does: each definite one takes place at one moment, and each unknown one at one moment or never.
 */
import { type Happening, outcomes, type Stored } from './happening.ts';
import type { User } from './model.ts';

export type Explanation = {
  after: User;
  /** The happenings without a definite answer that did take place. */
  tookPlace: Happening[];
};

/** No honest history of a few operations needs more; a search beyond it has lost its way. */
const STATES_MAX = 200_000;

/** Undefined when no order explains it. */
export function explain(
  before: User,
  happenings: readonly Happening[],
  stored: Stored,
): Explanation | undefined {
  const goal = textOf(stored.user);
  const moments = momentsOf(happenings, before, stored.user);
  let states = 0;

  const search = (
    state: User,
    left: readonly Happening[],
    tookPlace: Happening[],
  ): Explanation | undefined => {
    if (++states > STATES_MAX) throw new Error('too many orders to explain');
    if (left.every(({ seen }) => seen === undefined) && textOf(state) === goal)
      return { after: state, tookPlace };
    for (const happening of left) {
      const rest = left.filter((other) => other !== happening);
      for (const nowMs of moments.get(happening) ?? []) {
        for (const next of outcomes(state, happening, nowMs, stored)) {
          const did = happening.seen === undefined ? [...tookPlace, happening] : tookPlace;
          // An unknown happening that changes nothing explains nothing.
          if (happening.seen === undefined && textOf(next) === textOf(state)) continue;
          const found = search(next, rest, did);
          if (found) return found;
        }
      }
    }
    return undefined;
  };
  return search(before, happenings, []);
}

/**
 * The moments at which a happening may have taken place, as far as they differ: only rewards that unlock and keys that
 * expire make one moment unlike another.
 */
function momentsOf(happenings: readonly Happening[], ...users: User[]): Map<Happening, number[]> {
  const turns = users.flatMap(({ rewards, keys }) => [
    ...Object.values(rewards).map(({ unlocksAt = '' }) => Date.parse(unlocksAt)),
    ...Object.values(keys).map(({ expiresAtMs }) => expiresAtMs),
  ]);
  const granted = happenings.flatMap(({ action }) =>
    action.kind === 'event' && action.message.type === 'granted'
      ? [Date.parse(action.message.unlocksAt)]
      : [],
  );
  return new Map(
    happenings.map((happening) => {
      const { fromMs, toMs } = happening;
      const inside = new Set([...turns, ...granted].filter((turn) => turn > fromMs && turn <= toMs));
      return [happening, [...inside, fromMs]];
    }),
  );
}

/** A text for what must be the same in the model and in the tables; what only the model knows is left out. */
export const textOf = (value: unknown): string =>
  JSON.stringify(value, (name, member) => {
    if (name === 'madeBy' || name === 'asks') return undefined;
    if (typeof member === 'bigint') return String(member);
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)));
  }) ?? '';
