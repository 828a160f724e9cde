/** Serves the playground: a page to do what users and operators can, on this machine only. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { isPayableOn, networkNames } from '../../../../lib/networks/index.ts';
import type { LocalHandlers } from '../../gateway/gateway.ts';
import type { GatewayResponse } from '../../gateway/response.ts';
import { formsOf } from './page/forms/example-values.ts';

const PAGE = join(import.meta.dirname, 'page');
const ASSETS = '/_local/playground';

/** Nothing but this origin, and no markup made from text: the browser sees to both. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const file = (name: string) => readFile(join(PAGE, name));

const playground = (hasChains: boolean): LocalHandlers => ({
  'GET /': async () => response('text/html; charset=utf-8', await file('index.html')),
  [`GET ${ASSETS}/icon.svg`]: async () => response('image/svg+xml', await file('icon.svg')),
  [`GET ${ASSETS}/page.css`]: async () =>
    response('text/css; charset=utf-8', bundle('style/page.css', hasChains)),
  [`GET ${ASSETS}/page.js`]: async () =>
    response('text/javascript; charset=utf-8', bundle('main.ts', hasChains)),
});

export const playgroundHandlers = playground(false);

/** Operators can pay by `/_local/payments` as well, which has to be there. */
export const playgroundWithChains = playground(true);

/**
 * Anew for every request, so that a reload shows what was changed. The synchronous build takes a
 * moment in which nothing else is served, and leaves no process of esbuild's behind.
 */
function bundle(entry: string, hasChains: boolean): Buffer {
  const { outputFiles } = buildSync({
    entryPoints: [join(PAGE, entry)],
    bundle: true,
    define: {
      NETWORK_FORMS: JSON.stringify(formsOf(networkNames, isPayableOn)),
      HAS_CHAINS: String(hasChains),
    },
    write: false,
    format: 'esm',
    target: 'es2022',
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return Buffer.concat(outputFiles.map(({ contents }) => contents));
}

const response = (contentType: string, body: Buffer): GatewayResponse => ({
  statusCode: 200,
  headers: {
    'content-type': contentType,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  },
  cookies: [],
  body,
});
