/** Puts the user of the session cookie on the request. */
import { createHash } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';

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
