/**
 * Explains what clients saw and what is stored by one order of the happenings, as Wing and Gong's
 * test of linearizability does: each definite one takes place at one moment, and each unknown one
 * at one moment or never.
 */
import { type Happening, outcomes, type Stored } from './happening.ts';
import type { User } from './model.ts';

type Explanation = {
  after: User;
  /** The happenings without a definite answer that did take place. */
  tookPlace: Happening[];
};

/** No honest step needs more; a search beyond it has lost its way. */
const STATES_MAX = 200_000;

/** Undefined when no order explains it. */
export function explain(
  before: User,
  happenings: readonly Happening[],
  stored: Stored,
): Explanation | undefined {
  const goal = textOf(stored.user);
  const moments = momentsOf(happenings, before, stored.user);
  const deadEnds = new Set<string>();

  const nextStates = (state: User, happening: Happening): User[] =>
    (moments.get(happening) ?? []).flatMap((nowMs) => outcomes(state, happening, nowMs, stored));

  const search = (state: User, left: readonly Happening[]): Explanation | undefined => {
    const text = textOf(state);
    // What fits here and changes nothing may as well take place here: it is in nobody's way.
    const rest = left.filter(
      (happening) =>
        happening.seen === undefined ||
        !nextStates(state, happening).some((next) => textOf(next) === text),
    );
    if (rest.length < left.length) return search(state, rest);
    if (text === goal && left.every(({ seen }) => seen === undefined))
      return { after: state, tookPlace: [] };

    const place = `${left.map((happening) => happenings.indexOf(happening))} ${text}`;
    if (deadEnds.has(place)) return undefined;
    if (deadEnds.size > STATES_MAX) throw new Error('too many orders to explain');
    for (const happening of left) {
      if (!mayBeNext(happening, left)) continue;
      const others = left.filter((other) => other !== happening);
      for (const next of nextStates(state, happening)) {
        // An unknown happening that changes nothing explains nothing.
        if (textOf(next) === text) continue;
        const found = search(next, others);
        if (found && happening.seen === undefined) found.tookPlace.push(happening);
        if (found) return found;
      }
    }
    deadEnds.add(place);
    return undefined;
  };
  return search(before, happenings);
}

/**
 * The messages of a batch about one user are taken one after the other, as far as it is known that
 * they were taken.
 */
const mayBeNext = (happening: Happening, left: readonly Happening[]): boolean =>
  happening.action.kind !== 'event' ||
  happening.seen === undefined ||
  happening ===
    left.find(({ id, action, seen }) => id === happening.id && action.kind === 'event' && seen);

/**
 * The moments at which a happening may have taken place, as far as they differ: only rewards that
 * unlock and keys that expire make one moment unlike another.
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
      const inside = new Set(
        [...turns, ...granted].filter((turn) => turn > fromMs && turn <= toMs),
      );
      return [happening, [...inside, fromMs]];
    }),
  );
}

/**
 * A text for what must be the same in the model and in the tables; what only the model knows is
 * left out.
 */
export const textOf = (value: unknown): string =>
  JSON.stringify(value, (name, member) => {
    if (name === 'madeBy' || name === 'asks') return undefined;
    if (typeof member === 'bigint') return String(member);
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(
      Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  }) ?? '';
