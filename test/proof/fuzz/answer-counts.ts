/** How often each route gave each answer, and the answers that the contract names for each. */
import { ROUTES } from './oracle/predict.ts';
import type { JudgedRequest } from './send-and-judge.ts';

const BY_USER = ['401 unauthenticated'];
const BY_OPERATOR = ['403 Forbidden', '400 invalid_payout_id', '404 payout_not_found'];
const JSON_BODY = ['400 invalid_json', '400 invalid_args'];
const DEBIT = [
  ...[...BY_USER, ...JSON_BODY, '422 idempotency_key_reused'],
  ...['403 account_frozen', '400 balance_insufficient'],
];
const PAYS = ['403 approval_required', '403 account_frozen'];
const MAY_BE_SENT = '409 payout_may_be_sent';
const DECISION = [
  ...['403 Forbidden', '400 invalid_user_id', ...JSON_BODY, '404 user_not_found'],
  ...['200 written', '200 replayed'],
];
const MOVE = ['200 written', '200 replayed', '409 payout_not_actionable'];

const ofPayout = (name: string, ...more: string[]) => ({
  [`POST /v1/admin/referrals/payouts/{}/${name}`]: [...BY_OPERATOR, ...JSON_BODY, ...MOVE, ...more],
});

export const documented: Record<string, readonly string[]> = {
  'POST /v1/referrals/payouts': [
    ...DEBIT,
    '202 written',
    '202 replayed',
    '400 payout_below_min',
    '400 payout_address_invalid',
  ],
  'GET /v1/referrals/payouts': [...BY_USER, '200', '400 invalid_args'],
  'GET /v1/referrals/payouts/{}': [...BY_USER, '200', '404 payout_not_found'],
  'POST /v1/referrals/payouts/{}/cancel': [...BY_USER, ...MOVE, '404 payout_not_found'],
  'GET /v1/referrals/me': [...BY_USER, '200'],
  'GET /v1/referrals/rewards': [...BY_USER, '200', '400 invalid_args'],
  'POST /v1/referrals/spend-on-invoice': [
    ...DEBIT,
    '200 written',
    '200 replayed',
    '404 invoice_not_eligible',
    '400 amount_mismatch',
  ],
  'GET /v1/admin/referrals/payouts': ['403 Forbidden', '200', '400 invalid_args'],
  'GET /v1/admin/referrals/payouts/{}': [...BY_OPERATOR, '200'],
  'POST /v1/admin/referrals/payouts/{}/processing': [...BY_OPERATOR, ...MOVE, ...PAYS],
  'POST /v1/admin/referrals/payouts/{}/sent': [
    ...BY_OPERATOR,
    ...JSON_BODY,
    ...MOVE,
    ...PAYS,
    '400 tx_hash_required',
  ],
  ...ofPayout('failed', MAY_BE_SENT),
  ...ofPayout('cancelled', MAY_BE_SENT),
  ...ofPayout('released', MAY_BE_SENT),
  ...ofPayout('attempts', MAY_BE_SENT),
  ...ofPayout('approved'),
  ...ofPayout('reviewed', '403 approval_required'),
  'POST /v1/admin/referrals/users/{}/frozen': DECISION,
  'POST /v1/admin/referrals/users/{}/thawed': DECISION,
  'GET /v1/admin/referrals/users/{}': ['403 Forbidden', '200', '400 invalid_user_id'],
  '(too large)': ['413 Request Entity Too Large'],
  '(nowhere)': ['404 Not Found'],
  '(no path)': ['400 Bad Request'],
  '(preflight)': ['204 preflight'],
  '(no HTTP)': ['400 Bad Request'],
};

export class Histogram {
  readonly #counts = new Map<string, Map<string, number>>();

  add({ seen }: Pick<JudgedRequest, 'seen'>): void {
    for (const { route, answer } of seen) this.#add(route, answer, 1);
  }

  count(route: string, answer: string): number {
    return this.#counts.get(route)?.get(answer) ?? 0;
  }

  /** Every answer that some route gave. */
  answers(): Set<string> {
    return new Set([...this.#counts.values()].flatMap((answers) => [...answers.keys()]));
  }

  /** Documented answers that never came. */
  missing(documented: Record<string, readonly string[]>): string[] {
    return Object.entries(documented).flatMap(([route, answers]) =>
      answers
        .filter((answer) => this.count(route, answer) === 0)
        .map((answer) => `${route}: ${answer}`),
    );
  }

  toString(): string {
    const order = [
      ...ROUTES,
      ...[...this.#counts.keys()].filter((route) => !ROUTES.includes(route)).sort(),
    ];
    return order
      .flatMap((route) => {
        const answers = [...(this.#counts.get(route) ?? [])].sort(([one], [other]) =>
          one < other ? -1 : 1,
        );
        const total = answers.reduce((sum, [, count]) => sum + count, 0);
        return [
          `${String(total).padStart(8)}  ${route}`,
          ...answers.map(([answer, count]) => `${String(count).padStart(16)}  ${answer}`),
        ];
      })
      .join('\n');
  }

  #add(route: string, answer: string, count: number): void {
    const answers = this.#counts.get(route) ?? new Map<string, number>();
    this.#counts.set(route, answers.set(answer, (answers.get(answer) ?? 0) + count));
  }
}
