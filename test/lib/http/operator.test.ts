import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ApiEvent, endpoint, jsonResponse } from '../../../lib/http/endpoint.ts';
import { jsonBody } from '../../../lib/http/json-body.ts';
import {
  type OperatorEvent,
  operator,
  operatorResponse,
  payoutId,
  userId,
} from '../../../lib/http/operator.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { connect } from '../../../lib/store/dynamodb/store.ts';
import { context, httpEvent } from '../../support/sample-events.ts';

const ARN = 'arn:aws:sts::000000000000:assumed-role/operators/ann';
const ID = '01a204d3-28e0-7285-b278-86bb311f921e';

const handler = endpoint(connect(), {}, async ({ operator, payoutId }: OperatorEvent) =>
  jsonResponse(200, { operator, payoutId }),
)
  .use(operator())
  .use(payoutId())
  .use(jsonBody());

const send = async (authorizer: unknown, id: string | undefined, body = '{}') => {
  const event = httpEvent({
    requestContext: { requestId: 'request-1', authorizer } as unknown as ApiEvent['requestContext'],
    headers: { 'content-type': 'application/json' },
    pathParameters: { id },
    body,
  });
  const { statusCode, body: answer } = await handler(event as unknown as OperatorEvent, context);
  return { status: statusCode, json: JSON.parse(answer) };
};

beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('the operator is the ARN that the gateway found, the id is in lower case', async () =>
  expect(await send({ iam: { userArn: ARN } }, ID.toUpperCase())).toEqual({
    status: 200,
    json: { operator: ARN, payoutId: ID },
  }));

describe('without an identity', () => {
  test.each([
    ['no authorizer', undefined],
    ['another authorizer', { jwt: { claims: {} } }],
    ['no ARN', { iam: { accountId: '000000000000' } }],
    ['an empty ARN', { iam: { userArn: '' } }],
    [
      'a name that the caller made up',
      { iam: { userArn: 'arn:aws:sts::000000000000:federated-user/ann' } },
    ],
    ['a null ARN', { iam: { userArn: null } }],
  ])('%s is our fault, and is told to the log', async (_name, authorizer) => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    expect(await send(authorizer, ID)).toMatchObject({ status: 500, json: { error: 'internal' } });
    const message = 'the gateway passed on a request without an IAM identity';
    expect(log).toHaveBeenCalledWith(
      expect.objectContaining({ event: 'unexpected_error', message }),
    );
  });
});

test.each(['', 'x', ID.slice(1), `${ID}0`, `${ID}\n`, undefined])(
  'the id %j is refused before the body is read',
  async (id) =>
    expect(await send({ iam: { userArn: ARN } }, id, 'not JSON')).toMatchObject({
      status: 400,
      json: { error: 'invalid_payout_id' },
    }),
);

test('a user’s id is taken from the path in lower case, or refused', async () => {
  const ofUser = endpoint(connect(), {}, async (event: OperatorEvent) =>
    jsonResponse(200, event.userId),
  ).use(userId());
  const ask = async (user_id: string) => {
    const event = httpEvent({ pathParameters: { user_id } });
    const { body } = await ofUser(event as unknown as OperatorEvent, context);
    return JSON.parse(body);
  };
  expect(await ask(ID.toUpperCase())).toBe(ID);
  expect(await ask('me')).toMatchObject({ error: 'invalid_user_id' });
});

test.each([
  ['made before', true, { 'idempotency-replayed': 'true' }],
  ['made now', false, undefined],
])(
  'a change %s is answered with the payout as operators are shown it',
  (_when, replayed, headers) => {
    // A token account, which nobody has a key of.
    const address = 'F4YA4H7HeXLCvjLRKdh56FgE4cyHpPqLP1VCM6fEqEmX';
    const payout = { id: ID, network: 'solana', address } as PayoutWithHistory;
    const { body, ...response } = operatorResponse({ payout, replayed });
    expect(response).toEqual({ statusCode: 200, ...(headers && { headers }) });
    expect(JSON.parse(body)).toEqual({ ...payout, warnings: ['off_curve'] });
  },
);
