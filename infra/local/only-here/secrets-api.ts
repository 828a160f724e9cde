/**
 * The part of Secrets Manager by which a function reads a secret, as the SDK speaks it. Functions
 * find it by `AWS_ENDPOINT_URL_SECRETS_MANAGER`; nobody's right to read is judged here.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../gateway/http.ts';
import { arn } from '../template/intrinsics.ts';

export type SecretsApi = AsyncDisposable & {
  url: string;
  /** How often secrets were asked for. */
  reads: () => number;
};

/** `secretOf` gives the text of the secret of this name; undefined where there is none. */
export async function startSecretsApi(
  secretOf: (name: string) => string | undefined,
): Promise<SecretsApi> {
  let reads = 0;
  const server = createServer(async (message, response) => {
    reads++;
    const body = await readBody(message);
    const answer = (status: number, content: object): unknown =>
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(content));
    if (message.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
      return answer(400, { __type: 'UnknownOperationException' });
    const name = String(JSON.parse(String(body)).SecretId);
    const SecretString = secretOf(name);
    if (SecretString === undefined)
      return answer(400, {
        __type: 'ResourceNotFoundException',
        Message: "Secrets Manager can't find the specified secret.",
      });
    return answer(200, {
      ARN: arn('secretsmanager', `secret:${name}-local0`),
      Name: name,
      SecretString,
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reads: () => reads,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
