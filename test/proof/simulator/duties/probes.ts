/** What is asked of a user of whom something is damaged, and what has to come of it. */
import type { Operation } from '../history/steps.ts';
import type { Seen } from '../model/observation.ts';
import type { Victim } from './victim.ts';

/**
 * What has to be refused as a corrupt item, with nothing changed; or what has to go on in spite of
 * the damage.
 */
export type Probe = { name: string } & (
  | { refused: () => Promise<boolean> }
  | { holds: () => Promise<boolean> }
);

const HASH = `0x${'ef'.repeat(32)}`;
const operator = 'ann';

/** No definite answer: nothing here is lost on its way, so that this is a 500. */
export const refused = (name: string, ask: () => Promise<Seen | undefined>): Probe => ({
  name,
  refused: async () => (await ask()) === undefined,
});
export const holds = (
  name: string,
  ask: () => Promise<Seen | undefined>,
  fits: (json: never) => boolean = () => true,
): Probe => ({
  name,
  holds: async () => {
    const seen = await ask();
    return seen?.status === 200 && fits(seen.json as never);
  },
});

export const cancelled = (v: Victim) =>
  refused('cancel', () => v.ask({ kind: 'cancel', user: v.user, payout: v.requested }));
export const sending = (v: Victim): Operation => ({
  ...{ kind: 'sent', operator, payout: v.claimed, hash: HASH },
});
export const sent = (v: Victim) => refused('sent', () => v.ask(sending(v)));
export const failed = (v: Victim, payout = v.requested) =>
  refused('failed', () => v.ask({ kind: 'failed', operator, payout, note: 'bounced' }));
export const list = (v: Victim, count: number) =>
  holds(
    'list',
    () => v.ask({ kind: 'list', user: v.user, limit: 50 }),
    ({ items }: { items: unknown[] }) => items.length === count,
  );
export const shown = (v: Victim) =>
  holds('show', () => v.ask({ kind: 'show', operator, payout: v.requested }));
export const me = (v: Victim) => v.ask({ kind: 'me', user: v.user });
type Rows = {
  payouts: { id: string; unreadable?: true }[];
  rewards: { id: string; unreadable?: true }[];
};
export const unreadableTo = (v: Victim, kind: keyof Rows, id: string) =>
  holds(
    'user',
    () => v.ask({ kind: 'user', operator, user: v.user }),
    (rows: Rows) => rows[kind].some((row) => row.id === id && row.unreadable),
  );
export const inQueue = (v: Victim, status: 'requested' | 'processing', id: string) =>
  holds(
    `queue of ${status}`,
    () => v.ask({ kind: 'queue', operator, status, limit: 200 }),
    ({ items }: { items: { id: string; unreadable?: true }[] }) =>
      items.length === 200 || items.some((row) => row.id === id && row.unreadable),
  );
