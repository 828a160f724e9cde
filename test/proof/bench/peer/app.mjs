/**
 * The peer: the same endpoint as many teams would write it, with Express, serverless-http, zod and
 * the SDK's defaults. It is here to be measured beside ours, so it makes the same two calls to
 * DynamoDB and answers the same event with the same payout. JavaScript, because Express brings no
 * types.
 */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import express from 'express';
import serverless from 'serverless-http';
import { PayoutRequest } from './payout-request.mjs';
import { PayoutService } from './payout-service.mjs';
import { requireSession } from './require-session.mjs';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const payouts = new PayoutService(client);

const app = express();
app.use(express.json({ limit: '4kb' }));

app.post('/v1/referrals/payouts', requireSession(client), async (req, res) => {
  const parsed = PayoutRequest.safeParse(req.body);
  if (!parsed.success) {
    const tag = parsed.error.issues.find(({ params }) => params?.tag)?.params.tag ?? 'invalid_args';
    return res.status(400).json({ error: tag });
  }
  const result = await payouts.request(req.userId, parsed.data, req.get('idempotency-key'));
  return result.error ? res.status(400).json(result) : res.status(202).json(result);
});

app.use((error, _req, res, _next) => {
  if (error.type === 'entity.parse.failed' || error.type === 'entity.too.large')
    return res.status(400).json({ error: 'invalid_json' });
  console.error(error);
  return res.status(500).json({ error: 'internal' });
});

export const handler = serverless(app);
