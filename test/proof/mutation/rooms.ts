/**
 * The files that are mutated together, each room tried on its own tests alone: what a module
 * promises is to be tested where it is, and a mutant of what a module does at its start has to be
 * tried on every test of its room.
 */
import { matchesGlob } from 'node:path';

/** Patterns, from the root and from `test/`. */
export type Room = { code: string; tests: string };

export const ROOMS: Record<string, Room> = {
  rules: { code: 'lib/{*,networks/*}.ts', tests: 'lib/{*,networks/*}.test.ts' },
  connection: {
    code: 'lib/store/{db,event-bus,failure,item,payout-changes,prewarm,retry,sessions}.ts',
    tests: 'lib/store/{db,event-bus,failure,item,payout-changes,prewarm,retry,sessions}.test.ts',
  },
  debits: {
    code: 'lib/store/{accounts,debit,idempotency,invoice-spend,keyed-debit,payout-request,transaction,unlock}.ts',
    tests: 'lib/store/{idempotency,invoice-spend,payout-request,unlock}.test.ts',
  },
  events: {
    code: 'lib/store/{account-change,billing-batch,billing-events,invoice-events,landing,reward-events}.ts',
    tests: 'lib/store/billing-{batch,events}.test.ts',
  },
  lists: {
    code: 'lib/store/{paging,payout,payouts,queue,queue-age,reward-list,rewards}.ts',
    tests: 'lib/store/{paging,payouts,queue,queue-age,rewards}.test.ts',
  },
  transitions: {
    code: 'lib/store/payouts/apply-transition.ts',
    tests: 'lib/store/transitions.test.ts',
  },
  sweep: { code: 'lib/store/{due-users,sweep}.ts', tests: 'lib/store/sweep.test.ts' },
  reconciliation: {
    code: 'lib/store/{reconcile,reconcile-account}.ts',
    tests: 'lib/store/{reconcile,reconcile-account}.test.ts',
  },
  http: { code: 'lib/http/*.ts', tests: 'lib/http/*.test.ts' },
  console: {
    code: 'functions/{cancel-payout,get-overview,get-payout,list-payouts,list-rewards,request-payout,spend-on-invoice}.ts',
    tests:
      'functions/{get-overview,idempotency,list-*,payout,precedence,request-payout,spend-on-invoice}.test.ts',
  },
  operators: {
    code: 'functions/{cancel-payout-as-operator,claim-payout,get-payout-as-operator,get-user,list-queue,mark-*}.ts',
    tests: 'functions/operators.test.ts',
  },
  background: {
    code: 'functions/{measure-queue,process-billing-events,publish-payout-events,reconcile,unlock-due-rewards}.ts',
    tests: 'functions/{payout-events,process-*,publish-*,reconcile,unlock-*}.test.ts',
  },
};

/** What to mutate, by room, when these rooms and files are asked for; everything when none is. */
export function chosen(names: readonly string[]): [room: string, files: string[]][] {
  const rooms = Object.entries(ROOMS).map(([room, { code }]): [string, string[]] => {
    const whole = names.length === 0 || names.includes(room);
    return [room, whole ? [code] : names.filter((name) => matchesGlob(name, code))];
  });
  const known = [...Object.keys(ROOMS), ...rooms.flatMap(([, files]) => files)];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`neither a room nor a file of one: ${unknown.join(', ')}`);
  return rooms.filter(([, files]) => files.length > 0);
}
