/**
 * What stands in front of the API answers by itself, and what the SDKs make of it. The words are
 * those of AWS's documentation of HTTP APIs, CloudFront and WAF; a gateway that answers with 4xx
 * has asked no function, and behind a 5xx one may have been at work, or still be.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { close, listen } from '../../infra/local/gateway/http.ts';

export interface GatewayAnswer {
  status: number;
  /** An object is JSON, as an HTTP API has it; text is a page. */
  body: object | string;
}

const said = (status: number, message: string): GatewayAnswer => ({ status, body: { message } });

const badRequest = said(400, 'Bad Request');
const forbidden = said(403, 'Forbidden');
const notFound = said(404, 'Not Found');
const tooLarge = said(413, 'Request Entity Too Large');
const tooMany = said(429, 'Too Many Requests');
const internal = said(500, 'Internal Server Error');
const unavailable = said(503, 'Service Unavailable');
const timedOut = said(504, 'Endpoint request timed out');
const blocked: GatewayAnswer = { status: 403, body: '<html>Request blocked.</html>' };
const badGateway: GatewayAnswer = { status: 502, body: '<html>502 ERROR</html>' };

export interface GatewayCase {
  name: string;
  /** What the attempts of one write get; the last answer stays. */
  answers: GatewayAnswer[];
  tag: 'unexpected' | 'unavailable';
  outcomeUnknown: boolean;
  /** How many attempts a client makes that may try again once. */
  attempts: 1 | 2;
}

const refused = { tag: 'unexpected', outcomeUnknown: false, attempts: 1 } as const;
const turnedAway = { tag: 'unavailable', outcomeUnknown: false, attempts: 2 } as const;
const failed = { tag: 'unavailable', outcomeUnknown: true, attempts: 2 } as const;

export const gatewayCases: GatewayCase[] = [
  { name: 'a 400, for what is no HTTP', answers: [badRequest], ...refused },
  { name: 'a 403, for want of a right', answers: [forbidden], ...refused },
  { name: 'a 403 of a firewall', answers: [blocked], ...refused },
  { name: 'a 404, for want of a route', answers: [notFound], ...refused },
  { name: 'a 413', answers: [tooLarge], ...refused },
  { name: 'a 429', answers: [tooMany], ...turnedAway },
  { name: 'a 500', answers: [internal], ...failed },
  { name: 'a 502', answers: [badGateway], ...failed },
  { name: 'a 503', answers: [unavailable], ...failed },
  { name: 'a 504', answers: [timedOut], ...failed },
  { name: 'a 403 after a 429', answers: [tooMany, forbidden], ...refused, attempts: 2 },
  { name: 'a 429 after a 503', answers: [unavailable, tooMany], ...failed },
  { name: 'a 503 after a 429', answers: [tooMany, unavailable], ...failed },
  {
    name: 'a 403 after a 503',
    answers: [unavailable, forbidden],
    tag: 'unexpected',
    outcomeUnknown: true,
    attempts: 2,
  },
];

/** What an error says of the last answer, in the words that both languages share here. */
export const seenOf = ({ answers, tag, outcomeUnknown }: GatewayCase) => {
  const { status } = answers.at(-1) ?? badRequest;
  return { tag, status, outcomeUnknown };
};

export interface StandInGateway {
  url: string;
  /** The keys of the writes that came. */
  keys: (string | undefined)[];
  /** What comes next, with headers of their own. */
  script(answers: GatewayAnswer[], headersFor?: (request: IncomingMessage) => object): void;
  close(): Promise<void>;
}

/** Answers every write by script, preflights as a gateway with CORS, and all else with a page. */
export async function startStandInGateway(): Promise<StandInGateway> {
  const keys: StandInGateway['keys'] = [];
  let coming: GatewayAnswer[] = [];
  let headersFor: (request: IncomingMessage) => object = () => ({});
  const server: Server = createServer(async (request, response) => {
    await request.toArray();
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>A page</title>');
      return;
    }
    if (request.method === 'OPTIONS')
      return void response.writeHead(204, { ...headersFor(request) }).end();
    keys.push(request.headers['idempotency-key'] as string | undefined);
    const answer = (coming.length > 1 ? coming.shift() : coming[0]) ?? badRequest;
    const isPage = typeof answer.body === 'string';
    const type = { 'content-type': isPage ? 'text/html' : 'application/json' };
    response.writeHead(answer.status, { ...type, ...headersFor(request) });
    response.end(isPage ? answer.body : JSON.stringify(answer.body));
  });
  const port = await listen(server, '127.0.0.1', 0);
  return {
    url: `http://127.0.0.1:${port}`,
    keys,
    script(answers, headers = () => ({})) {
      coming = [...answers];
      headersFor = headers;
      keys.length = 0;
    },
    close: () => close(server),
  };
}
