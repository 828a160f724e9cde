/** Holds what clients saw in a step, and what is stored after it, against the model. */
import { isDeepStrictEqual } from 'node:util';
import type { Chain } from './chain/chain.ts';
import { chainFaults, sightedOf, type Taken } from './chain/facts.ts';
import { looksBetween } from './chain/looked.ts';
import { isVerified } from './chain/transactions.ts';
import type { Numbered, Operation, Step } from './history/steps.ts';
import type { Change } from './model/budget-books.ts';
import { explain, textOf } from './model/explain.ts';
import { operatorsView, statusOf, type User } from './model/model.ts';
import { type Action, isAbout, type Observation, type Seen } from './model/observation.ts';
import { payoutOf } from './model/operators.ts';
import { inconsistencies } from './model/soundness.ts';
import { movesBeside, withUnlocked } from './model/unlocking.ts';
import type { SimulatedStack } from './stack/simulated-stack.ts';
import type { Users } from './stack/users.ts';

export type Violation = { step: number; users: number[]; rule: string; details: string[] };

/** An operation that has ended, in the trace of its own. */
export type Done = {
  numbered: Numbered;
  traceId: string;
  observations: Observation[];
  seen: Seen | undefined;
  /** Of the scheduled settling: when, and by which clock. */
  run?: Omit<Settling, 'traceId' | 'isOld'> & { hasFailed: boolean };
};

/** A run of the scheduled settling; an old one's writes may have arrived only now. */
export type Settling = Pick<Observation, 'id' | 'fromMs' | 'toMs' | 'skewMs'> & {
  traceId: string;
  isOld: boolean;
};

/** A step, whom it touched, and what was done in it. */
type About = {
  step: Step;
  touched: readonly number[];
  done: readonly Done[];
  settling: readonly Settling[];
};

export type Counts = {
  /** Each message of a batch of events counts as an operation. */
  operations: number;
  /** Writes without a definite answer. */
  unknown: number;
  /** How often clients saw what. */
  seen: Record<string, number>;
  /** How often the scheduled settling found what. */
  found: Record<string, number>;
};

/** What the step broke, if anything; and what has become of everybody whom it touched. */
export async function verify(
  stack: SimulatedStack,
  users: Users,
  chain: Chain,
  about: About,
  counts: Counts,
): Promise<Violation | undefined> {
  const { step, touched, done } = about;
  const broken = stack.proxy.violations.splice(0)[0];
  if (broken !== undefined)
    return { step: step.number, users: [...touched], rule: broken, details: [] };
  const before = new Map([...users.values()].map(({ userId, state }) => [userId, state]));
  const changes: Change[] = [];
  const taken: Taken = await stack.database.readEvidence();
  for (const user of touched) {
    const was = users.known(user).stored?.user;
    const fault = await verifyUser(stack, users, user, { ...about, chain, taken }, counts);
    if (fault) return { step: step.number, users: [user], ...fault };
    const { state, stored } = users.known(user);
    changes.push({ before: was, after: stored?.user ?? state });
  }
  // What lands and what is taken concerns others than those of the step as well.
  for (const [user, { state }] of users) {
    const details = Object.values(state.payouts).flatMap((one) => chainFaults(chain, taken, one));
    if (details.length > 0)
      return { step: step.number, users: [user], rule: 'the chain says otherwise', details };
  }
  const details = users.budgets.faults(changes, await stack.database.readBudgets());
  if (details.length > 0)
    return { step: step.number, users: [...touched], rule: 'the budgets are wrong', details };
  for (const { numbered, seen } of done) {
    if (numbered.operation.kind !== 'queue' || !seen) continue;
    const fault = queueFault(users, before, numbered.operation, seen, step, stack.proxy.laggingIds);
    if (fault) return { step: step.number, users: [...users.keys()], ...fault };
  }
  return undefined;
}

type Fault = Pick<Violation, 'rule' | 'details'>;

async function verifyUser(
  stack: SimulatedStack,
  users: Users,
  user: number,
  { done, settling, chain, taken }: About & { chain: Chain; taken: Taken },
  counts: Counts,
): Promise<Fault | undefined> {
  const known = users.known(user);
  const stored = await stack.database.readUser(known.userId);
  const nowMs = stack.clock.now();
  const details = inconsistencies(stored, known.stored, nowMs);
  if (details.length > 0) return { rule: 'the books are wrong', details };

  const own = done.flatMap(({ traceId, observations }) =>
    observations
      .filter((observation) => isAbout(observation, user))
      .map((observation) => ({ observation, traceId })),
  );
  // A write that was kept for later may have arrived at any time until now.
  const open = known.open.map(({ observation, traceId }) => ({
    traceId,
    observation: { ...observation, toMs: nowMs },
  }));
  const all = [...open, ...own].map(({ observation, traceId }) => ({
    traceId,
    observation: withSighted(observation, chain, taken, known.state),
  }));
  const texts = all.map(({ observation }) => observation.seen?.text ?? '');
  const between = looksBetween(chain, taken, known.state, stored.user, { user, texts });
  if (between.faults.length > 0)
    return { rule: 'the chain does not show what was found on it', details: between.faults };
  // Where a provider is not heard, nothing is decided but that it lasts.
  const looks = settling.flatMap(({ traceId, isOld, ...run }) =>
    between.looks
      .filter(
        ({ network, action }) =>
          isOld || action.kind === 'lasted' || !stack.providers.isUnheard(network),
      )
      .map(({ action }): Observation => ({ ...run, action, seen: undefined })),
  );
  const observations = [...all.map(({ observation }) => observation), ...looks];
  const moves = movesBeside(observations, known.state, stored, user);
  const about = { userId: known.userId, user: stored.user, readMs: nowMs };
  const found = explain(known.state, [...observations, ...moves], about);
  if (!found) {
    const rule = 'no order of the operations explains what was seen and stored';
    return {
      rule,
      details: [
        ...observations.map(describe),
        ...differences(known.state, stored.user),
        `decided: ${show(known.state.account)} -> ${show(stored.user.account)}`,
        `before it was ${textOf(known.state)}`,
        `stored is the account ${textOf(stored.account)}`,
      ],
    };
  }
  counts.unknown += own.filter(
    ({ observation: { seen, action } }) =>
      seen === undefined && action.kind !== 'newer' && !('isPart' in action),
  ).length;
  for (const { action } of found.tookPlace) {
    const what = foundBy(action);
    if (what !== undefined) counts.found[what] = (counts.found[what] ?? 0) + 1;
  }
  known.state = withUnlocked(found.after, stored);
  known.stored = stored;
  const { lateTraces } = stack.proxy;
  known.open = all.filter(
    ({ observation, traceId }) =>
      observation.seen === undefined &&
      !found.tookPlace.includes(observation) &&
      lateTraces.has(traceId),
  );
  return undefined;
}

/** In a word, of what the scheduled settling did. */
const foundBy = (action: Action): string | undefined =>
  action.kind === 'looked'
    ? (action.attempt.proof?.cause ?? action.attempt.found ?? 'paid')
    : action.kind === 'lasted'
      ? 'lasts long'
      : undefined;

/** With what the chain shows of the transaction that is said to have paid. */
function withSighted(
  observation: Observation,
  chain: Chain,
  taken: Taken,
  state: User,
): Observation {
  const { action } = observation;
  const payout = action.kind === 'sent' ? payoutOf(state, action.payout) : undefined;
  if (action.kind !== 'sent' || !payout || !isVerified(payout.network)) return observation;
  return {
    ...observation,
    action: { ...action, sighted: sightedOf(chain, taken, payout, action.hash) },
  };
}

/**
 * The queue shows payouts as they are or just were, oldest first, and all that had its status from
 * the beginning of the step to its end, up to where its pages have come; asked alone, no others.
 * Of payouts that an index lags behind with it may show anything.
 */
function queueFault(
  users: Users,
  before: ReadonlyMap<string, User>,
  operation: Extract<Operation, { kind: 'queue' }>,
  seen: Seen,
  step: Step,
  lagging: ReadonlySet<string>,
): Fault | undefined {
  if (seen.status !== 200) return { rule: 'the queue was refused', details: [seen.text] };
  const { items, next_cursor } = seen.json as {
    items: { id: string; user_id: string; history?: unknown[] }[];
    next_cursor?: string;
  };
  const states = new Map([...users.values()].map(({ userId, state }) => [userId, state]));
  const ours = items.filter((item) => states.has(item.user_id));
  for (const item of ours) {
    if (!item.history)
      return { rule: 'the queue cannot read what is sound', details: [show(item)] };
    const payout = states.get(item.user_id)?.payouts[item.id];
    const then = payout && { ...payout, history: payout.history.slice(0, item.history.length) };
    const wasThere = then && statusOf(then) === operation.status;
    // Of one that goes on meanwhile, or that the index lags behind with, its steps alone are known.
    const was = before.get(item.user_id)?.payouts[item.id];
    const isStill = textOf(payout) === textOf(was) && !lagging.has(item.id);
    const view = wasThere && operatorsView(item.user_id, then);
    const fits =
      view &&
      (isStill ? isDeepStrictEqual(item, view) : isDeepStrictEqual(stepsIn(item), stepsIn(view)));
    if (!fits) return { rule: 'the queue shows what never was', details: [show(item)] };
  }
  if (items.some((item, index) => index > 0 && item.id <= (items[index - 1]?.id ?? '')))
    return { rule: 'the queue is out of order', details: items.map(({ id }) => id) };
  const upTo = next_cursor === undefined ? undefined : items.at(-1)?.id;
  const openOf = (one: ReadonlyMap<string, User>): Map<string, number> =>
    new Map(
      [...one.values()]
        .flatMap(({ payouts }) => Object.values(payouts))
        .filter((payout) => statusOf(payout) === operation.status)
        .map(({ id, history }) => [id, history.length]),
    );
  const openNow = openOf(states);
  // One that was claimed and given up meanwhile was not there all the time.
  const open = [...openOf(before)]
    .filter(([id, length]) => openNow.get(id) === length)
    .map(([id]) => id)
    .filter((id) => upTo === undefined || id <= upTo)
    .filter((id) => !lagging.has(id))
    .sort();
  const shown = ours.map(({ id }) => id).filter((id) => !lagging.has(id));
  const showsMore = step.operations.length === 1 && shown.some((id) => !openNow.has(id));
  if (open.every((id) => shown.includes(id)) && !showsMore) return undefined;
  return {
    rule: 'the queue does not show what is open',
    details: [`open: ${open}`, `shown: ${shown}`],
  };
}

/** Those fields of a payout that no decision beside its steps changes. */
function stepsIn(payout: object): object {
  const names = [
    ...['attempts', 'approval', 'evidence', 'budget_day', 'limit_day', 'review', 'reviewed'],
  ];
  return Object.fromEntries(Object.entries(payout).filter(([name]) => !names.includes(name)));
}

/** What is stored differently from before; what is the same explains nothing. */
const differences = (before: User, stored: User): string[] =>
  (['payouts', 'rewards', 'invoices', 'keys'] as const).flatMap((kind) =>
    [...new Set([...Object.keys(before[kind]), ...Object.keys(stored[kind])])].flatMap((id) => {
      const [was, is] = [before[kind][id], stored[kind][id]];
      return textOf(was) === textOf(is)
        ? []
        : [`${kind} ${id}: ${show(was) ?? 'none'} -> ${show(is) ?? 'none'}`];
    }),
  );

const show = (value: unknown): string =>
  JSON.stringify(value, (_name, member) => (typeof member === 'bigint' ? String(member) : member));

function describe({ id, action, seen, fromMs, toMs, skewMs }: Observation): string {
  const answer = seen
    ? `${seen.status}${seen.replayed ? ' replayed' : ''} ${seen.text}`
    : 'no definite answer';
  return `#${id} ${show(action)} -> ${answer} (${fromMs} to ${toMs}, by a clock that is off by ${skewMs})`;
}
