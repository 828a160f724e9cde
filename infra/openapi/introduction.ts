/** What holds for every route, as the document's description. */
import { type ErrorTag, errors } from '../../lib/errors.ts';
import { UNKNOWN_ROUTE } from './responses.ts';

export const introduction = (): string => [...PARAGRAPHS, precedence(), ELSEWHERE].join('\n\n');

const PARAGRAPHS = [
  'Cashes a console user’s referral balance out to an address on a blockchain, or spends it on an invoice. Operators settle the payouts.',
  '**Money** is in micro-units: `25000000` is 25.00. Every amount is a JSON integer, exact over the whole int64 range, so read it with something that keeps all its digits.',
  '**Times** are RFC 3339 in UTC with milliseconds.',
  '**What is sent twice**, a header or a parameter of the query string, counts as one whose values are joined by commas. So a `status` is the list of both, a `limit` or `offset` is taken as the default, and no key, cursor, content type or origin is left that could be taken for one.',
  '**Who calls.** The console’s routes take the user from the session cookie `nl_session` and from nowhere else. A browser’s request that changes something must come from the console’s own origins. The operators’ routes are signed with AWS Signature Version 4 for `execute-api`.',
  '**What an answer promises.** `200` and `202` are durable. A `4xx` has written nothing, but for `payout_not_final`, which operators alone can get: it has recorded the transaction. After a `500`, a `503` or a lost connection, the change was made once or not at all; repeating the request with the same `Idempotency-Key` tells which, and finishes it. Cancelling a payout and every step of an operator may be repeated without a key.',
  '**Errors** are `{ error, message, request_id }`. Branch on `error` alone: the messages are for people and may change. Some say more beside these: `invalid_args` the `field`, `payout_below_min` the `min_payout_micro`, `payout_limit_exceeded` the `limit_micro`, the `remaining_micro` and when it `resets_at`, `payout_not_actionable` the `status` that the payout has, and to operators `by` whom and `since` when.',
];

function precedence(): string {
  const tags = (Object.keys(errors) as ErrorTag[]).map(
    (tag, index) => `${index + 1}. \`${tag}\` (${errors[tag].status})`,
  );
  return `A request that breaks several rules gets the first of these:\n\n${tags.join('\n')}`;
}

const ELSEWHERE = `Every other path and method is answered with \`${UNKNOWN_ROUTE.status} ${UNKNOWN_ROUTE.message}\`, also those of a route with another method.`;
