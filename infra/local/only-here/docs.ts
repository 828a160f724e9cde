/** The API's documentation, on this machine only: a page for people, a document for programs. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import type { GatewayOptions } from '../gateway/gateway.ts';
import type { GatewayResponse } from '../gateway/response.ts';
import { DocsExamples } from './docs-examples.ts';
import { DEMO, type Sessions } from './sign-in.ts';

const PAGE = '/_local/docs';
const { resolve } = createRequire(import.meta.url);

/** What the page is made of: Swagger UI from its package, and what is beside this file. */
const FILES = {
  'swagger-ui-bundle.js': resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  'swagger-ui.css': resolve('swagger-ui-dist/swagger-ui.css'),
  'start.js': join(import.meta.dirname, 'docs-page/start.js'),
};

export function docsHandlers(
  sessions: Sessions,
  gateway: () => { url: string },
): NonNullable<GatewayOptions['localHandlers']> {
  const examples = new DocsExamples(sessions);
  return {
    [`GET ${PAGE}`]: () => sendFile(join(import.meta.dirname, 'docs-page/docs.html')),
    ...Object.fromEntries(
      Object.entries(FILES).map(([name, path]) => [`GET ${PAGE}/${name}`, () => sendFile(path)]),
    ),
    // With curl lines that carry a session and a key of this machine. Their payouts are made for
    // it, which no GET may do: every browser says where a POST comes from.
    [`POST ${PAGE}/openapi.json`]: async ({ headers }) => {
      const { openApi, printJson, forPeople, documentedRoutes } = await load();
      const url = urlOf(headers.host);
      const valuesOf = await examples.prepare(documentedRoutes(), gateway().url);
      const caller = { url, session: DEMO.token, accessKey: 'local:local' };
      return response('.json', printJson(forPeople(openApi(serverAt(url)), caller, valuesOf)));
    },
    'GET /_local/openapi.json': async ({ headers }) => {
      const { openApi, printJson } = await load();
      return response('.json', printJson(openApi(serverAt(urlOf(headers.host)))));
    },
  };
}

/** Only when somebody asks, so that a start does not wait for it. */
const load = async () => ({
  ...(await import('../../openapi/document.ts')),
  ...(await import('../../openapi/curl.ts')),
  ...(await import('../../openapi/routes.ts')),
});

const urlOf = (host = 'localhost'): string => `http://${host}`;
const serverAt = (url: string) => [{ url, description: 'This machine' }];

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
};

/** The page needs nothing from elsewhere, and the browser is told so. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'";

const sendFile = async (path: string) => response(extname(path), await readFile(path));

const response = (extension: string, content: string | Buffer): GatewayResponse => ({
  statusCode: 200,
  headers: {
    'content-type': TYPES[extension] ?? '',
    'content-security-policy': CONTENT_SECURITY_POLICY,
  },
  cookies: [],
  body: Buffer.from(content),
});
