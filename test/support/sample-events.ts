/** Events as API Gateway and the billing side send them, for middlewares and for handlers. */
import type { Context } from 'aws-lambda';
import type { ConsoleEvent } from '../../lib/http/signed-in.ts';
import { stringifyJson } from '../../lib/json.ts';

export const httpEvent = (parts: Partial<ConsoleEvent> = {}): ConsoleEvent => ({
  version: '2.0',
  routeKey: 'POST /v1/referrals/payouts',
  rawPath: '/v1/referrals/payouts',
  rawQueryString: '',
  headers: {},
  requestContext: { requestId: 'request-1' } as ConsoleEvent['requestContext'],
  isBase64Encoded: false,
  userId: '',
  // For what asks no database; others bring one.
  store: {} as ConsoleEvent['store'],
  ...parts,
});

export const context = { getRemainingTimeInMillis: () => 15_000 } as Context;

type Fields = Record<string, unknown>;

/** As the event bus hands it on, a JSON text; fields may be replaced by anything. */
const envelope = (type: string, detail: Fields, more: Fields): string =>
  stringifyJson({
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': type,
    source: 'billing',
    account: '111122223333',
    time: '2026-03-01T10:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail,
    ...more,
  });

export const granted = (detail: Fields, more: Fields = {}): string =>
  envelope(
    'referral.reward.granted',
    {
      reward_id: 'reward-1',
      amount_micro: 5_000_000n,
      unlocks_at: '2099-01-01T00:00:00Z',
      source: 'referral',
      ...detail,
    },
    more,
  );

export const reversed = (detail: Fields, more: Fields = {}): string =>
  envelope('referral.reward.reversed', { reward_id: 'reward-1', ...detail }, more);

export const opened = (detail: Fields, more: Fields = {}): string =>
  envelope(
    'billing.invoice.opened',
    { invoice_id: 'invoice-1', total_micro: 3_000_000n, ...detail },
    more,
  );

export const closed = (detail: Fields, more: Fields = {}): string =>
  envelope('billing.invoice.closed', { invoice_id: 'invoice-1', ...detail }, more);

/** All orders of the items; equal items are told apart by their position. */
export function* permutations<Item>(items: readonly Item[]): Generator<Item[]> {
  if (items.length === 0) yield [];
  for (const [index, first] of items.entries())
    for (const rest of permutations(items.toSpliced(index, 1))) yield [first, ...rest];
}

/** All different orders of text whose letters may repeat. */
export const orders = (letters: string): string[] => [
  ...new Set(permutations([...letters]).map((order) => order.join(''))),
];
