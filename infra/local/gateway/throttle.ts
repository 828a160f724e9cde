/** Throttles routes by token buckets, as API Gateway does. */
import type { LocalRoute, LocalStack, LocalThrottle } from '../template/local-stack.ts';

/** Whether a route takes another request now; each one that it takes counts. */
export type Throttle = (route: LocalRoute) => boolean;

/**
 * A route with settings of its own has a bucket of its own, and all others share the stage's. AWS
 * calls its limits targets, met as well as may be; these are met exactly.
 */
export function throttleOf(
  { throttle }: Pick<LocalStack, 'throttle'>,
  nowMs: () => number = () => performance.now(),
): Throttle {
  const shared = throttle && bucket(throttle, nowMs);
  const own = new Map<LocalRoute, () => boolean>();
  return (route) => {
    if (route.throttle === undefined) return shared?.() ?? true;
    const take = own.get(route) ?? bucket(route.throttle, nowMs);
    own.set(route, take);
    return take();
  };
}

/** Takes a token for a request, if there is one. It begins full, and `rate` come in a second. */
function bucket({ rate, burst }: LocalThrottle, nowMs: () => number): () => boolean {
  let tokens = burst;
  let filledMs = nowMs();
  return () => {
    const now = nowMs();
    // A clock that was set back gives nothing and takes nothing away.
    tokens = Math.min(burst, tokens + (Math.max(0, now - filledMs) / 1000) * rate);
    filledMs = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}
