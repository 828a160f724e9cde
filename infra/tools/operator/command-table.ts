/** The commands: what each needs, what it asks before, which request it is, how the answer is shown. */
import type { ErrorTag } from '../../../lib/errors.ts';
import { EXPORT_OPTIONS, readOrder } from '../export/order.ts';
import type { View } from '../text-table.ts';
import { ATTEMPT_OPTIONS, attemptOf } from './attempt-options.ts';
import type { Option, Values } from './operator-options.ts';
import {
  freezeText,
  isUnknownUser,
  queueText,
  reviewsText,
  totalsText,
  userText,
} from './operator-output.ts';
import type { ApiRequest } from './operator-requests.ts';
import { asPayout, payoutLine, payoutText } from './payout-text.ts';
import { FILTERS, filterQuery } from './queue-filters.ts';

/** When the command began (epoch milliseconds), and the payout that the person was shown. */
type Context = { nowMs: number; shown?: unknown };

export interface Command {
  /** Whether ids come after its name. */
  takesIds: boolean;
  /** An option that stands for the ids, and those that go with it alone; the first is required. */
  instead?: { option: Option; with: readonly Option[] };
  /** The options of its own that are required, and the others. */
  needs?: readonly Option[];
  may?: readonly Option[];
  /** Throws UsageError for options that do not go together. */
  check?: (values: Values) => void;
  /** What is asked before it, unless --yes is said; undefined where it needs no question. */
  asks?: (values: Values) => string | undefined;
}

/** One that is a request to the API. */
export interface ApiCommand extends Command {
  /** Whether the request says what the payout was when it was shown. */
  sendsShown?: boolean;
  request: (values: Values, id: string, context: Context) => ApiRequest;
  text: (json: unknown, view: View, values: Values) => string;
  /** What a person is shown before it, if there is any of it. */
  first?: {
    request: (values: Values, context: Context) => ApiRequest | undefined;
    text: (json: unknown, view: View) => string;
  };
  /** The same in a line, where there are several. */
  line?: (json: unknown) => string;
  /** What to say when it had been done before, where that is no success. */
  replayed?: string;
  /** The refusal after which nothing is left to do, as the service goes on by itself. */
  goesOn?: ErrorTag;
  /** Whether the answer is about nobody. */
  isUnknown?: (json: unknown) => boolean;
}

const ADMIN = '/v1/admin/referrals';

const get = (path: string, query = {}): ApiRequest => ({
  method: 'GET',
  path: `${ADMIN}/${path}`,
  query,
});
const post = (path: string, body?: object): ApiRequest => ({
  method: 'POST',
  path: `${ADMIN}/${path}`,
  ...(body && { body }),
});

/** Whoever did not claim it before must not pay it: another worker with this name has it. */
export const CLAIMED_BEFORE =
  'This payout was yours already. Unless it was you who claimed it before, another worker under ' +
  'the same name has it and may be paying it: do not pay it.';

const ofPayout = { takesIds: true, text: payoutText } as const;
const toPayout = { ...ofPayout, line: payoutLine } as const;

/** All payouts in a file of an export, in the place of their ids. */
const OF_A_FILE = { option: 'file', with: [] } as const satisfies Command['instead'];

const isFinal = (status: string) => () => `Mark this payout as ${status}? This is final.`;

export const COMMANDS = {
  queue: {
    takesIds: false,
    may: ['status', 'limit', 'cursor', 'all', 'mine', 'needs-review', ...FILTERS],
    request: (values, _id, { nowMs }) => {
      const { status, limit, cursor } = values;
      const page = {
        ...(status && { status }),
        ...(limit && { limit }),
        ...(cursor && { cursor }),
      };
      return get('payouts', { ...page, ...filterQuery(values, nowMs) });
    },
    text: queueText,
    first: {
      // Whoever goes on with a page has seen them.
      request: ({ status: _, ...values }, { nowMs }) =>
        values.cursor || values['needs-review']
          ? undefined
          : get('payouts', filterQuery({ ...values, 'needs-review': true }, nowMs)),
      text: reviewsText,
    },
  },
  totals: { takesIds: false, request: () => get('totals'), text: totalsText },
  show: { ...ofPayout, request: (_values, id) => get(`payouts/${id}`) },
  user: {
    takesIds: true,
    text: userText,
    isUnknown: isUnknownUser,
    request: (_values, id) => get(`users/${id}`),
  },

  claim: {
    ...toPayout,
    instead: { option: 'next', with: FILTERS },
    request: (_values, id) => post(`payouts/${id}/processing`),
    replayed: CLAIMED_BEFORE,
  },
  export: { takesIds: false, may: EXPORT_OPTIONS, check: readOrder },
  attempt: {
    ...toPayout,
    instead: OF_A_FILE,
    needs: ['tx'],
    may: ATTEMPT_OPTIONS,
    check: attemptOf,
    request: (values, id) => post(`payouts/${id}/attempts`, attemptOf(values)),
  },
  sent: {
    ...toPayout,
    instead: OF_A_FILE,
    needs: ['tx'],
    asks: isFinal('sent'),
    goesOn: 'payout_not_final',
    request: ({ tx: tx_hash }, id) => post(`payouts/${id}/sent`, { tx_hash }),
  },
  release: {
    ...toPayout,
    needs: ['note'],
    request: ({ note }, id) => post(`payouts/${id}/released`, { note }),
  },
  fail: unpaid('failed'),
  cancel: unpaid('cancelled'),

  approve: {
    ...toPayout,
    asks: () => 'Approve exactly this amount to exactly this address?',
    sendsShown: true,
    request: (_values, id, { shown }) => {
      const { amount_micro, address } = asPayout(shown);
      return post(`payouts/${id}/approved`, { amount_micro, address });
    },
  },
  review: {
    ...toPayout,
    needs: ['note'],
    may: ['dead'],
    asks: ({ dead }) =>
      dead && 'Vouch that these attempts can never land? The payout can then be given back.',
    request: ({ note, dead }, id) =>
      post(`payouts/${id}/reviewed`, { note, ...(dead && { dead }) }),
  },
  freeze: deciding('frozen'),
  thaw: deciding('thawed'),

  pause: { takesIds: false, asks: () => 'Stop all payouts?' },
  resume: { takesIds: false, asks: () => 'Start payouts again?' },
} as const satisfies Record<string, Command | ApiCommand>;

function unpaid(status: 'failed' | 'cancelled'): ApiCommand {
  return {
    ...toPayout,
    needs: ['note'],
    may: ['reason', 'internal-note'],
    asks: isFinal(status),
    request: ({ reason, note, 'internal-note': internal_note }, id) =>
      post(`payouts/${id}/${status}`, {
        note,
        ...(reason && { reason }),
        ...(internal_note && { internal_note }),
      }),
  };
}

function deciding(decision: 'frozen' | 'thawed'): ApiCommand {
  return {
    takesIds: true,
    needs: ['note'],
    request: ({ note }, id) => post(`users/${id}/${decision}`, { note }),
    text: freezeText,
  };
}

export const commandNamed = (name: string): Command | ApiCommand | undefined =>
  Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined;
