/** What the bus has to get of a payout, and what is wrong with what it got. */
import { isDeepStrictEqual } from 'node:util';
import { ownersView, type Payout } from '../model/model.ts';
import type { Published } from '../stack/event-bus.ts';

/** One event for each entry of the history: the payout as its owner saw it then. */
export const eventsOf = (userId: string, payout: Payout): Published[] =>
  payout.history.map(({ status, at }, index) => ({
    type: `referral.payout.${status}`,
    detail: {
      payout: ownersView(userId, { ...payout, history: payout.history.slice(0, index + 1) }),
      previous_status: payout.history[index - 1]?.status ?? null,
      sequence: BigInt(index + 1),
      changed_at: at,
    },
  }));

/**
 * What is wrong with what the bus got of a payout, in the order in which it took it: each event at
 * least once and always the same, none before the one that it follows, and no time that goes back.
 */
export function faultsOf(expected: readonly Published[], got: readonly Published[]): string[] {
  const faults: string[] = [];
  let taken = 0;
  for (const event of got) {
    const sequence = Number(event.detail.sequence);
    if (!isDeepStrictEqual(event, expected[sequence - 1]))
      faults.push(`event ${sequence} is not what the payout was then: ${show(event)}`);
    if (sequence > taken + 1) faults.push(`event ${sequence} overtook event ${taken + 1}`);
    taken = Math.max(taken, sequence);
  }
  for (const event of expected)
    if (!got.some(({ detail }) => detail.sequence === event.detail.sequence))
      faults.push(`event ${event.detail.sequence} never came: ${show(event)}`);
  const times = expected.map(({ detail }) => String(detail.changed_at));
  if (!isDeepStrictEqual(times, times.toSorted())) faults.push(`the time goes back: ${times}`);
  return faults;
}

const show = (event: Published): string =>
  JSON.stringify(event, (_name, value) => (typeof value === 'bigint' ? String(value) : value));
