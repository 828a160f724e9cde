/** What the contract answers to a message: the first rule that applies decides. */
import type { User } from '../user.ts';
import { type InDoubt, signedIn } from './arguments.ts';
import { type Expectation, Refused, type Success } from './expectations.ts';
import type { Message } from './http-message.ts';
import { type Request, readRequest } from './http-message.ts';
import * as operators from './operator-routes.ts';
import { operatorOf } from './oracle-signature.ts';
import * as settlement from './settlement-routes.ts';
import * as users from './user-routes.ts';

/** `everyone` are the users of all groups; only the own ones can be signed in. */
export type View = { own: User[]; everyone: () => User[] };

/** Two expectations where the contract leaves it open; `reader` may see what the answer says. */
export type Prediction = { route: string; expected: Expectation[]; reader?: User | 'operator' };

const BASE = '/v1/referrals';
const ADMIN = '/v1/admin/referrals';
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

const USER_ROUTES: Record<string, (asked: users.Asked) => Success> = {
  [`POST ${BASE}/payouts`]: users.requestPayout,
  [`GET ${BASE}/payouts`]: users.listPayouts,
  [`GET ${BASE}/payouts/{}`]: users.getPayout,
  [`POST ${BASE}/payouts/{}/cancel`]: users.cancelPayout,
  [`GET ${BASE}/me`]: users.getOverview,
  [`GET ${BASE}/rewards`]: users.listRewards,
  [`POST ${BASE}/spend-on-invoice`]: users.spendOnInvoice,
};

const OPERATOR_ROUTES: Record<string, (asked: operators.AskedByOperator) => Success> = {
  [`GET ${ADMIN}/payouts`]: operators.listQueue,
  [`GET ${ADMIN}/payouts/{}`]: operators.getPayoutAsOperator,
  [`POST ${ADMIN}/payouts/{}/processing`]: operators.claim,
  [`POST ${ADMIN}/payouts/{}/sent`]: operators.markSent,
  [`POST ${ADMIN}/payouts/{}/failed`]: operators.markFailed,
  [`POST ${ADMIN}/payouts/{}/cancelled`]: operators.cancelAsOperator,
  [`POST ${ADMIN}/payouts/{}/released`]: operators.release,
  [`POST ${ADMIN}/payouts/{}/approved`]: settlement.approve,
  [`POST ${ADMIN}/payouts/{}/attempts`]: settlement.recordAttempt,
  [`POST ${ADMIN}/payouts/{}/reviewed`]: settlement.review,
  [`GET ${ADMIN}/users/{}`]: operators.getUser,
  [`POST ${ADMIN}/users/{}/frozen`]: settlement.freezeUser,
  [`POST ${ADMIN}/users/{}/thawed`]: settlement.thawUser,
};

export const ROUTES = [...Object.keys(USER_ROUTES), ...Object.keys(OPERATOR_ROUTES)];
export const QUEUE_ROUTE = `GET ${ADMIN}/payouts`;

export function predict(message: Message, view: View): Prediction {
  const request = readRequest(message);
  const gateway = (route: string, status: 400 | 403 | 404 | 413): Prediction => ({
    route,
    expected: [{ kind: 'gateway', status }],
  });
  if (message.body.length > MAX_REQUEST_BYTES) return gateway('(too large)', 413);
  if (request === undefined) return gateway('(no path)', 400);
  if (!/^(localhost\.?|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(request.headers.get('host') ?? ''))
    return gateway('(foreign host)', 403);
  const { route, id } = routeOf(request);
  if (route in USER_ROUTES) {
    let reader: User | undefined;
    const answer = (inDoubt: InDoubt) => {
      reader = signedIn(request, view.own, request.method === 'POST');
      return USER_ROUTES[route]?.({ request, user: reader, id, inDoubt });
    };
    const expected = inEveryDoubt(answer);
    return { route, expected, ...(reader && { reader }) };
  }
  if (route in OPERATOR_ROUTES) {
    const operator = operatorOf(request);
    if (operator === undefined) return gateway(route, 403);
    const everyone = view.everyone();
    const answer = (inDoubt: InDoubt) =>
      OPERATOR_ROUTES[route]?.({ request, operator, everyone, id, inDoubt });
    const expected = inEveryDoubt(answer);
    // The local gateway's library cannot sign these parameters.
    const unsignable = [...request.parameters.keys()].some((name) =>
      /^(__proto__|x-amz-signature)$/i.test(name),
    );
    return {
      route,
      expected: unsignable ? [...expected, { kind: 'gateway', status: 403 }] : expected,
      reader: 'operator',
    };
  }
  if (request.method === 'OPTIONS')
    return { route: '(preflight)', expected: [{ kind: 'preflight' }] };
  return gateway('(nowhere)', 404);
}

/** The route's name, with `{}` in the place of a parameter. */
function routeOf({ method, path }: Request): { route: string; id: string } {
  const plain = `${method} ${path}`;
  if (ROUTES.includes(plain)) return { route: plain, id: '' };
  const [, before = '', id = '', after = ''] =
    /^(\S+ \/v1\/(?:admin\/)?referrals\/(?:payouts|users)\/)([^/]+)((?:\/[a-z]+)?)$/s.exec(plain) ??
    [];
  const named = `${before}{}${after}`;
  return ROUTES.includes(named) ? { route: named, id } : { route: '(nowhere)', id: '' };
}

function inEveryDoubt(answer: (inDoubt: InDoubt) => Success | undefined): Expectation[] {
  let asked = false;
  const inDoubt = (): boolean => {
    asked = true;
    return false;
  };
  const first = judged(() => answer(inDoubt));
  return asked ? [first, judged(() => answer(() => true))] : [first];
}

function judged(answer: () => Success | undefined): Expectation {
  try {
    const success = answer();
    if (success === undefined) throw new Error('a route without an answer');
    return success;
  } catch (error) {
    if (error instanceof Refused)
      return { kind: 'refusal', tag: error.tag, details: error.details };
    throw error;
  }
}
