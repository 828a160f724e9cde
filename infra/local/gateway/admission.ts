/**
 * Keeps the pages of other sites away. A browser on this machine lets every page send requests
 * here, and what this service does unasked (sign anybody in, grant money, run functions) is for
 * the person at the machine alone.
 */
import type { GatewayRequest } from './payload.ts';

/** This machine's own names, with any port, since a port may have been forwarded. */
const LOCAL_HOST = /^(?:localhost\.?|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/** A name of somebody's own that leads here (DNS rebinding) would make his page this origin's. */
export const isLocalHost = (host: string | undefined): boolean => LOCAL_HOST.test(host ?? '');

/** Why a request is refused, in a sentence for whoever sent it; undefined for one to let in. */
export function refusalOf({
  path,
  headers,
}: Pick<GatewayRequest, 'path' | 'headers'>): string | undefined {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  // As an HTTP API says it of a host that is none of its own.
  if (!isLocalHost(host)) return 'Forbidden';
  if (!path.startsWith('/_local/')) return undefined;
  // Browsers say where a request comes from; a port is enough to be from elsewhere (`same-site`).
  const isOwn =
    (origin === undefined || origin === `http://${host.toLowerCase()}`) &&
    (site === undefined || site === 'same-origin' || site === 'none');
  return isOwn ? undefined : 'Forbidden: /_local/ is not for the pages of other origins.';
}
