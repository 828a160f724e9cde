/** Which states the model allows after an operation, given what the client saw of it. */
import { isDeepStrictEqual } from 'node:util';
import { applyEvent } from './billing-effects.ts';
import { look } from './looks.ts';
import {
  balance,
  newestFirst,
  operatorsView,
  ownersView,
  rewardsNewestFirst,
  type User,
} from './model.ts';
import {
  type Context,
  isRefusal,
  type Observation,
  type Seen,
  type Stored,
} from './observation.ts';
import { change, decide, paidUp, payoutOf, ruleOf } from './operators.ts';
import { dailyLimit, requestPayout, spend } from './writes.ts';

const ROWS_OF_USER = 20;

/**
 * The states that the model allows after this observation, had it taken place at `nowMs`; none when
 * it cannot have been answered like that then. What is stored only supplies what the service was
 * free to choose: ids and times.
 */
export const statesAfter = (
  before: User,
  observation: Observation,
  nowMs: number,
  stored: Stored,
): User[] =>
  allowedAfter(before, observation, nowMs, stored).map((state) => paidUp(state, stored.userId));

function allowedAfter(
  before: User,
  observation: Observation,
  nowMs: number,
  stored: Stored,
): User[] {
  const { action, seen } = observation;
  const { userId } = stored;
  const clockMs = nowMs + observation.skewMs;
  const context: Context = { ...stored, observation, nowMs, clockMs };
  const only = (fits: boolean): User[] => (fits ? [before] : []);
  const reads = (json: unknown): User[] =>
    only(seen?.status === 200 && isDeepStrictEqual(seen.json, json));

  switch (action.kind) {
    case 'payout':
      return action.refusal
        ? only(isRefusal(seen, 400, action.refusal))
        : requestPayout(before, action, context);
    case 'spend':
      return spend(before, action, context);
    case 'cancel':
    case 'claim':
    case 'sent':
    case 'failed':
    case 'cancelled':
    case 'release':
    case 'approve':
    case 'attempt':
    case 'review':
      return change(before, action.payout, ruleOf(action), context);
    case 'looked':
    case 'lasted':
      return look(before, action, context);
    case 'freeze':
    case 'thaw':
      return decide(before, action, context);
    case 'event':
      return applyEvent(before, action.message, context);
    case 'unlocked': {
      const reward = before.rewards[action.reward];
      const rewards = {
        ...before.rewards,
        ...(reward && { [action.reward]: { ...reward, unlocked: true } }),
      };
      return [{ ...before, rewards }];
    }
    case 'stranger':
      return only(isRefusal(seen, 401, 'unauthenticated'));
    case 'get':
    case 'show': {
      const found = payoutOf(before, action.payout);
      const isStranger = action.kind === 'get' && action.user !== action.payout.user;
      if (!found || isStranger) return only(isRefusal(seen, 404, 'payout_not_found'));
      return reads((action.kind === 'get' ? ownersView : operatorsView)(userId, found));
    }
    case 'me':
      return only(isDeepStrictEqual(partOf(seen, 'balance'), balance(before, clockMs)));
    case 'limit':
      return only(isDeepStrictEqual(partOf(seen, 'daily_limit'), dailyLimit(before, clockMs)));
    case 'list': {
      const { statuses } = action;
      const rows = newestFirst(before).map((payout) => ownersView(userId, payout));
      const chosen = statuses
        ? rows.filter(({ status }) => statuses.includes(String(status)))
        : rows;
      return only(isPage(seen, chosen, action));
    }
    case 'rewards':
      return only(isPage(seen, rewardsNewestFirst(before, clockMs), action));
    case 'newer':
      return requestPayout(before, { ...action, kind: 'payout' }, context, false);
    case 'user': {
      const expected = {
        balance: () => balance(before, clockMs),
        decisions: () => before.account ?? {},
        payouts: () =>
          newestFirst(before)
            .slice(0, ROWS_OF_USER)
            .map((payout) => operatorsView(userId, payout)),
        rewards: () => rewardsNewestFirst(before, clockMs).slice(0, ROWS_OF_USER),
      }[action.part];
      const shown = action.part === 'decisions' ? decisionsIn(seen) : partOf(seen, action.part);
      return only(isDeepStrictEqual(shown, expected()));
    }
  }
}

const decisionsIn = (seen: Seen | undefined): object => {
  const { frozen, thawed } = (seen?.json ?? {}) as NonNullable<User['account']>;
  return { ...(frozen && { frozen }), ...(thawed && { thawed }) };
};

const partOf = (seen: Seen | undefined, part: string): unknown =>
  seen?.status === 200 ? (seen.json as Record<string, unknown>)[part] : undefined;

/** The first rows behind the one before, and a cursor if and only if there are more. */
function isPage(
  seen: Seen | undefined,
  all: { id: string; granted_at?: string | undefined }[],
  { after, limit }: { after?: string | undefined; limit: number },
): boolean {
  if (seen?.status !== 200) return false;
  const rows = all.filter(
    ({ id, granted_at }) =>
      after === undefined || (granted_at === undefined ? id : `${granted_at}#${id}`) < after,
  );
  const { items, next_cursor } = seen.json as { items: unknown; next_cursor?: unknown };
  return (
    isDeepStrictEqual(items, rows.slice(0, limit)) &&
    (next_cursor !== undefined) === rows.length > limit
  );
}
