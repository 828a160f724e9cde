/** A real browser for a test file, and pages on origins of their own for it to visit. */
import { createServer } from 'node:http';
import { close, listen } from '../../../infra/local/gateway/http.ts';
import { findChromium, launch } from '../../../infra/local/only-here/playground/chromium.ts';

const executable = findChromium();

/** Tests that need a browser are skipped where there is none. */
export const hasBrowser = executable !== undefined;
if (!hasBrowser)
  console.warn(
    'SKIPPED: tests in a browser, since there is no Chromium on the PATH or in CHROMIUM_PATH.',
  );

/** Only for tests that run, that is where there is one. */
export function launchBrowser() {
  if (executable === undefined) throw new Error('There is no Chromium.');
  return launch(executable);
}

export interface Site {
  /** As `127.0.0.1` has it. */
  origin: string;
  /** The same page, which to a browser is another site. */
  otherSite: string;
  close(): Promise<void>;
}

/**
 * Serves an empty page, in which a test does what a page there would. With `?no-referrer` it tells
 * nobody where it is, with `?set-cookie=...` it sets that cookie, which goes to every port of its
 * host.
 */
export async function startSite(): Promise<Site> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://site');
    if (searchParams.has('no-referrer')) response.setHeader('referrer-policy', 'no-referrer');
    const cookie = searchParams.get('set-cookie');
    if (cookie !== null) response.setHeader('set-cookie', cookie);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end('<!doctype html><title>A site</title>');
  });
  await listen(server, '127.0.0.1', 0);
  const { port } = server.address() as { port: number };
  const origin = `http://127.0.0.1:${port}`;
  return { origin, otherSite: `http://localhost:${port}`, close: () => close(server) };
}
