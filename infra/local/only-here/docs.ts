/**
 * The API's documentation, on this machine only: a page for people and the OpenAPI document for
 * programs.
 */
import type { GatewayOptions } from '../gateway/gateway.ts';
import type { GatewayResponse } from '../gateway/response.ts';
import { DEMO } from './sign-in.ts';

const PAGE = '/_local/docs';
const JSON_DOCUMENT = '/_local/openapi.json';

export const docsHandlers: NonNullable<GatewayOptions['localHandlers']> = {
  [`GET ${JSON_DOCUMENT}`]: async ({ headers }) => {
    const { document, printJson } = await load(headers.host);
    return answer('application/json', printJson(document));
  },
  [`GET ${PAGE}`]: async ({ headers }) => {
    const { document, page } = await load(headers.host);
    const caller = { url: urlOf(headers.host), session: DEMO.token, accessKey: 'local:local' };
    return answer('text/html; charset=utf-8', page(document, caller, JSON_DOCUMENT));
  },
};

/** Only when somebody asks, so that a start does not wait for it. */
async function load(host: string | undefined) {
  const [{ openApi }, { printJson }, { page }] = await Promise.all([
    import('../../openapi/document.ts'),
    import('../../openapi/print.ts'),
    import('../../openapi/page/page.ts'),
  ]);
  const document = openApi([{ url: urlOf(host), description: 'This machine' }]);
  return { document, printJson, page };
}

const urlOf = (host = 'localhost'): string => `http://${host}`;

/** The page needs nothing from anywhere, and the browser is told so. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

const answer = (contentType: string, text: string): GatewayResponse => ({
  statusCode: 200,
  headers: { 'content-type': contentType, 'content-security-policy': CONTENT_SECURITY_POLICY },
  cookies: [],
  body: Buffer.from(text),
});
