/** The answers that the contract names for each route, each of which a run has to bring forth. */
const USER = ['401 unauthenticated'];
const OPERATOR = ['403 Forbidden', '400 invalid_payout_id', '404 payout_not_found'];
const JSON_BODY = ['400 invalid_json', '400 invalid_args'];
const DEBIT = [...USER, ...JSON_BODY, '422 idempotency_key_reused', '400 balance_insufficient'];
const MOVE = ['200 written', '200', '409 payout_not_actionable'];

export const documented: Record<string, readonly string[]> = {
  'POST /v1/referrals/payouts': [
    ...DEBIT,
    '202 written',
    '202 replayed',
    '400 payout_below_min',
    '400 payout_address_invalid',
  ],
  'GET /v1/referrals/payouts': [...USER, '200', '400 invalid_args'],
  'GET /v1/referrals/payouts/{}': [...USER, '200', '404 payout_not_found'],
  'POST /v1/referrals/payouts/{}/cancel': [...USER, ...MOVE, '404 payout_not_found'],
  'GET /v1/referrals/me': [...USER, '200'],
  'GET /v1/referrals/rewards': [...USER, '200', '400 invalid_args'],
  'POST /v1/referrals/spend-on-invoice': [
    ...DEBIT,
    '200 written',
    '200 replayed',
    '404 invoice_not_eligible',
    '400 amount_mismatch',
  ],
  'GET /v1/admin/referrals/payouts': ['403 Forbidden', '200', '400 invalid_args'],
  'GET /v1/admin/referrals/payouts/{}': [...OPERATOR, '200'],
  'POST /v1/admin/referrals/payouts/{}/processing': [...OPERATOR, ...MOVE],
  'POST /v1/admin/referrals/payouts/{}/sent': [
    ...OPERATOR,
    ...JSON_BODY,
    ...MOVE,
    '400 tx_hash_required',
  ],
  'POST /v1/admin/referrals/payouts/{}/failed': [...OPERATOR, ...JSON_BODY, ...MOVE],
  'POST /v1/admin/referrals/payouts/{}/cancelled': [...OPERATOR, ...JSON_BODY, ...MOVE],
  'GET /v1/admin/referrals/users/{}': ['403 Forbidden', '200', '400 invalid_user_id'],
  '(too large)': ['413 Request Entity Too Large'],
  '(nowhere)': ['404 Not Found'],
  '(no path)': ['400 Bad Request'],
  '(preflight)': ['204 preflight'],
  '(no HTTP)': ['400 Bad Request'],
};
