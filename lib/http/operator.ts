/** Who acts on which payout, on the operators' routes. */
import * as v from 'valibot';
import type { TableName } from '../config.ts';
import type { PayoutWithHistory } from '../settlement/payout-with-history.ts';
import { shown } from '../settlement/shown-payout.ts';
import { pathId } from './args.ts';
import {
  type ApiEvent,
  type HttpResponse,
  type Middleware,
  transitionResponse,
} from './endpoint.ts';

/**
 * An event of an operator's route; `payoutId` and `userId` are there once the middleware
 * of their name has run.
 */
export type OperatorEvent<Table extends TableName = never> = ApiEvent<Table> & {
  operator: string;
  payoutId: string;
  userId: string;
};

/**
 * Of all that API Gateway tells of a caller nothing is more than the ARN: a role's session has no
 * source identity there. A federated user's name is what an IAM user made up for themselves
 * (`sts:GetFederationToken`), as often as they like, and so nobody's.
 */
const CallerArn = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.check((arn) => !arn.includes(':federated-user/')),
);

/** What API Gateway's IAM authorizer tells of the caller whose signature it has checked. */
const SignedBy = v.object({
  authorizer: v.object({ iam: v.object({ userArn: CallerArn }) }),
});

/**
 * Puts the caller's ARN on the event. Without one the route would be open to everybody, which is no
 * request to refuse but a deployment to repair: an Error.
 */
export const operator = (): Middleware<OperatorEvent> => ({
  before: ({ event }) => {
    const signed = v.safeParse(SignedBy, event.requestContext);
    if (!signed.success) throw new Error('the gateway passed on a request without an IAM identity');
    event.operator = signed.output.authorizer.iam.userArn;
  },
});

/** Puts the payout id of the path on the event, before the body. Throws `invalid_payout_id`. */
export const payoutId = (): Middleware<OperatorEvent> => ({
  before: ({ event }) => {
    event.payoutId = pathId(event, 'id', 'invalid_payout_id');
  },
});

/** The same for the user id of the path. Throws `invalid_user_id`. */
export const userId = (): Middleware<OperatorEvent> => ({
  before: ({ event }) => {
    event.userId = pathId(event, 'user_id', 'invalid_user_id');
  },
});

/** The payout after a change, as operators are shown it; marked when it had been made before. */
export const operatorResponse = (applied: {
  payout: PayoutWithHistory;
  replayed: boolean;
}): HttpResponse => transitionResponse({ ...applied, payout: shown(applied.payout) });
