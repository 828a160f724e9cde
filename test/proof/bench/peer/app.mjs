/** The body of a payout request, checked by zod. */

import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import bs58 from 'bs58';
import express from 'express';
import serverless from 'serverless-http';
import { z } from 'zod';
import { PayoutService } from './payout-service.mjs';

const MIN_PAYOUT_MICRO = Number(process.env.MIN_PAYOUT_MICRO);

const isAddress = ({ network, address }) =>
  network === 'solana'
    ? bs58.decodeUnsafe(address)?.length === 32
    : /^0x[0-9a-fA-F]{40}$/.test(address);

export const PayoutRequest = z
  .object({
    amount_micro: z.number().int().positive(),
    network: z.enum(['solana', 'ethereum', 'polygon']),
    address: z.string().min(1).max(64),
  })
  .refine(({ amount_micro }) => amount_micro >= MIN_PAYOUT_MICRO, {
    params: { tag: 'payout_below_min' },
  })
  .refine(isAddress, { params: { tag: 'payout_address_invalid' } });

export const requireSession = (client) => async (req, res, next) => {
  const token = /(?:^|; )nl_session=([^;]+)/.exec(req.get('cookie') ?? '')?.[1];
  if (!token) return res.status(401).json({ error: 'unauthenticated' });
  const { Item: session } = await client.send(
    new GetCommand({
      TableName: process.env.SESSIONS_TABLE,
      Key: { token_hash: createHash('sha256').update(token).digest('hex') },
      ConsistentRead: true,
    }),
  );
  if (!session || session.revoked_at || session.expires_at * 1000 <= Date.now())
    return res.status(401).json({ error: 'unauthenticated' });
  req.userId = session.user_id;
  return next();
};

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
