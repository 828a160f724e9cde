/** Rewards that were moved: they count from then on, also for a clock that is behind. */
import type { StoredState } from '../stack/stored-state.ts';
import type { Reward, User } from './model.ts';
import type { Observation } from './observation.ts';

/** The state with what is stored of which rewards were moved. */
export const withUnlocked = (state: User, { rewardStatus }: StoredState): User => ({
  ...state,
  rewards: Object.fromEntries(
    Object.entries(state.rewards).map(([id, reward]) => [
      id,
      { ...reward, unlocked: rewardStatus[id] === 'available' },
    ]),
  ),
});

/**
 * The moves since the state before that any of the observations may tell by: to the others the
 * reward counts as available whether it was moved or not. Each may have come before or after any
 * observation. One that is reversed since may have been moved before, if any clock had come so far.
 */
export function movesBeside(
  observations: readonly Observation[],
  before: User,
  { user, rewardStatus }: StoredState,
  owner: number,
): Observation[] {
  const earliestMs = Math.min(...observations.map(({ fromMs, skewMs }) => fromMs + skewMs));
  const latestMs = Math.max(...observations.map(({ toMs, skewMs }) => toMs + skewMs));
  const mayBeMoved = (id: string, { reversed, unlocksAt = '' }: Reward): boolean =>
    rewardStatus[id] === 'available' ||
    (reversed && before.rewards[id]?.reversed !== true && Date.parse(unlocksAt) <= latestMs);
  return Object.entries(user.rewards)
    .filter(([id, reward]) => !before.rewards[id]?.unlocked && mayBeMoved(id, reward))
    .filter(([, { unlocksAt = '' }]) => Date.parse(unlocksAt) > earliestMs)
    .map(([reward]) => ({
      id: 0,
      action: { kind: 'unlocked', user: owner, reward },
      seen: undefined,
      fromMs: 0,
      toMs: 0,
      skewMs: 0,
    }));
}
