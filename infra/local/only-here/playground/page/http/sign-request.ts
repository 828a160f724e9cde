/** Signs an operator's request with AWS Signature Version 4, for a key of this machine. */
import { AwsV4Signer } from 'aws4fetch';

export interface OperatorRequest {
  method: 'GET' | 'POST';
  url: string;
  body?: string | undefined;
  accessKeyId: string;
  /** A local access key is its own secret. */
  secretAccessKey?: string;
}

/** The headers to send; `host`, which is signed too, is the browser's to add. */
export async function signedHeaders({
  body,
  accessKeyId,
  secretAccessKey = accessKeyId,
  ...request
}: OperatorRequest): Promise<Record<string, string>> {
  const { headers } = await new AwsV4Signer({
    ...request,
    ...{ accessKeyId, secretAccessKey, service: 'execute-api', region: 'us-east-1' },
    ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
  }).sign();
  return Object.fromEntries(headers);
}
