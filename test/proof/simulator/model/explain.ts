/**
 * Explains what clients saw and what is stored by one order of the observations, as Wing and Gong's
 * test of linearizability does: each definite one takes place at one moment, and each unknown one
 * at one moment or never.
 */

import type { User } from './model.ts';
import type { Observation, Stored } from './observation.ts';
import { statesAfter } from './outcomes.ts';

type Explanation = {
  after: User;
  /** The observations without a definite answer that did take place. */
  tookPlace: Observation[];
};

/** No honest step needs more; a search beyond it has lost its way. */
const STATES_MAX = 200_000;

/** Undefined when no order explains it. */
export function explain(
  before: User,
  observations: readonly Observation[],
  stored: Stored,
): Explanation | undefined {
  const goal = textOf(stored.user);
  const moments = momentsOf(observations, before, stored.user);
  const lastMs = stored.readMs ?? Math.max(...observations.map(({ toMs }) => toMs));
  /** A refusal may have taken the place of a key that had expired, and is no answer itself. */
  const withoutReplaced = (state: User): User => {
    const keys = Object.entries(state.keys).filter(
      ([name, { expiresAtMs }]) => name in stored.user.keys || expiresAtMs > lastMs,
    );
    return { ...state, keys: Object.fromEntries(keys) };
  };
  const deadEnds = new Set<string>();

  const nextStates = (state: User, observation: Observation): User[] =>
    (moments.get(observation) ?? []).flatMap(({ nowMs, skewMs }) =>
      statesAfter(state, { ...observation, skewMs }, nowMs, stored),
    );
  /** Like `textOf`, and with what no answer need show. */
  const placeOf = (state: User): string => `${textOf(state)} ${unlockedIn(state)}`;

  const search = (state: User, left: readonly Observation[]): Explanation | undefined => {
    const text = placeOf(state);
    // What fits here and changes nothing may as well take place here: it is in nobody's way.
    const rest = left.filter(
      (observation) =>
        observation.seen === undefined ||
        !nextStates(state, observation).some((next) => placeOf(next) === text),
    );
    if (rest.length < left.length) return search(state, rest);
    const settled = withoutReplaced(state);
    if (textOf(settled) === goal && left.every(({ seen }) => seen === undefined))
      return { after: settled, tookPlace: [] };

    const place = `${left.map((observation) => observations.indexOf(observation))} ${text}`;
    if (deadEnds.has(place)) return undefined;
    if (deadEnds.size > STATES_MAX) throw new Error('too many orders to explain');
    for (const observation of left) {
      if (!mayBeNext(observation, left)) continue;
      const others = left.filter((other) => other !== observation);
      for (const next of nextStates(state, observation)) {
        // An unknown observation that changes nothing explains nothing.
        if (placeOf(next) === text) continue;
        const found = search(next, others);
        if (found && observation.seen === undefined) found.tookPlace.push(observation);
        if (found) return found;
      }
    }
    deadEnds.add(place);
    return undefined;
  };
  return search(before, observations);
}

const unlockedIn = ({ rewards }: User): string[] =>
  Object.keys(rewards).filter((id) => rewards[id]?.unlocked);

/** Messages of a batch about one user are taken in order, as far as it is known that they were. */
const mayBeNext = (observation: Observation, left: readonly Observation[]): boolean =>
  observation.action.kind !== 'event' ||
  observation.seen === undefined ||
  observation ===
    left.find(({ id, action, seen }) => id === observation.id && action.kind === 'event' && seen);

const DAY_MS = 24 * 60 * 60 * 1000;

type Moment = { nowMs: number; skewMs: number };

/**
 * The moments at which an observation may have taken place, and the clocks it may have gone by, as
 * far as they differ: only rewards that unlock, keys that expire and
 * a day that begins make one moment unlike another.
 */
function momentsOf(
  observations: readonly Observation[],
  ...users: User[]
): Map<Observation, Moment[]> {
  const expiries = users.flatMap(({ keys }) =>
    Object.values(keys).map(({ expiresAtMs }) => expiresAtMs),
  );
  const unlocks = users.flatMap(({ rewards }) =>
    Object.values(rewards).map(({ unlocksAt = '' }) => Date.parse(unlocksAt)),
  );
  const granted = observations.flatMap(({ action }) =>
    action.kind === 'event' && action.message.type === 'granted'
      ? [Date.parse(action.message.unlocksAt)]
      : [],
  );
  const moments = ({ fromMs, toMs }: Observation, skewMs: number): Moment[] => {
    const byInstance = [...unlocks, ...granted].map((turn) => turn - skewMs);
    const midnight = Math.ceil((fromMs + skewMs) / DAY_MS) * DAY_MS - skewMs;
    const inside = new Set(
      [...expiries, ...byInstance, midnight].filter((turn) => turn > fromMs && turn <= toMs),
    );
    return [...inside, fromMs].map((nowMs) => ({ nowMs, skewMs }));
  };
  return new Map(
    observations.map((observation) => [
      observation,
      [...skewsOf(observation, observations)].flatMap((skewMs) => moments(observation, skewMs)),
    ]),
  );
}

/**
 * How far the clocks may be off that an answer went by. The refusal of a request with a key is final
 * for all that came before it, and so it may be the one that a later repetition got by its own clock.
 */
function skewsOf(observation: Observation, observations: readonly Observation[]): Set<number> {
  const { action, seen, fromMs } = observation;
  const isRefused = 'key' in action && action.key !== undefined && seen?.status === 400;
  const repetitions = observations.filter(
    (other) => isRefused && other.fromMs >= fromMs && textOf(other.action) === textOf(action),
  );
  return new Set([observation, ...repetitions].map(({ skewMs }) => skewMs));
}

/** A text for what must be the same in model and tables, without what only the model knows. */
export const textOf = (value: unknown): string =>
  JSON.stringify(value, (name, member) => {
    if (name === 'madeBy' || name === 'asks' || name === 'unlocked') return undefined;
    if (typeof member === 'bigint') return String(member);
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(
      Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  }) ?? '';
