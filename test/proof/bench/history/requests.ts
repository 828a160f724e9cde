/** The requests whose cost must not grow with a user's history. */
import type { Console } from '../callers.ts';
import { payoutBody } from '../events.ts';
import { UNIT } from './user.ts';

/** Every user has as much on a first page of so many. */
export const PAGE = 5;

export type HistoryRequest = {
  what: string;
  functionName: string;
  send: (user: Console) => Promise<unknown>;
  /** The same as an event. */
  event: { method: 'GET' | 'POST'; path: string; body?: string; status: number };
};

const get = (what: string, functionName: string, path: string): HistoryRequest => ({
  what,
  functionName,
  send: (user) => user.get(path),
  event: { method: 'GET', path: `/v1/referrals/${path}`, status: 200 },
});

/** The payout comes last, since it makes the history of its user longer. */
export const requests: HistoryRequest[] = [
  get('/me', 'GetOverview', 'me'),
  get('first page of payouts', 'ListPayouts', `payouts?limit=${PAGE}`),
  get('first page of rewards', 'ListRewards', `rewards?limit=${PAGE}`),
  {
    what: 'a payout',
    functionName: 'RequestPayout',
    send: (user) => user.payout(undefined, UNIT),
    event: { method: 'POST', path: '/v1/referrals/payouts', body: payoutBody(UNIT), status: 202 },
  },
];
