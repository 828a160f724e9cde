/** Signs a request as AWS Signature Version 4 wants it, for the local operators' keys. */

export interface ToSign {
  method: string;
  /** With a path and a query of unreserved characters only, which need no escaping. */
  url: URL;
  body?: string | undefined;
  accessKeyId: string;
  secretAccessKey: string;
  now: Date;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SIGNED_HEADERS = 'host;x-amz-date';

/** The headers to add to the request; `host` is signed too, and sent by the browser. */
export async function signatureHeaders(request: ToSign): Promise<Record<string, string>> {
  const { method, url, body = '', accessKeyId, secretAccessKey, now } = request;
  const time = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = [time.slice(0, 8), 'us-east-1', 'execute-api', 'aws4_request'];
  url.searchParams.sort();
  const canonical = [
    method,
    url.pathname,
    url.searchParams.toString(),
    `host:${url.host}`,
    `x-amz-date:${time}`,
    '',
    SIGNED_HEADERS,
    hex(await sha256(body)),
  ].join('\n');
  const toSign = [ALGORITHM, time, scope.join('/'), hex(await sha256(canonical))].join('\n');

  let key = bytes(`AWS4${secretAccessKey}`);
  for (const part of scope) key = await hmac(key, part);
  const signature = hex(await hmac(key, toSign));
  const credential = `${accessKeyId}/${scope.join('/')}`;
  return {
    'x-amz-date': time,
    authorization: `${ALGORITHM} Credential=${credential}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

const bytes = (text: string): Bytes => new TextEncoder().encode(text);

const hex = (of: Bytes): string =>
  Array.from(of, (byte) => byte.toString(16).padStart(2, '0')).join('');

const sha256 = async (text: string): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes(text)));

async function hmac(secret: Bytes, text: string): Promise<Bytes> {
  const key = await crypto.subtle.importKey(
    'raw',
    secret,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes(text)));
}
