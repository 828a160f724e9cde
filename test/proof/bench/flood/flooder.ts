/**
 * Floods one route from a process of its own: so many requests a second, whatever comes back, until
 * it is told to stop. Tells how often each status came.
 */
import { Agent, request } from 'node:http';

export type Flood = {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string;
  perSecond: number;
};

export type Flooded = Record<string, number>;

const TICK_MS = 20;
/** Of requests under way. What is due beyond them is left out: it would only fill a queue here. */
const MOST = 200;

const agent = new Agent({ keepAlive: true });
const statuses: Flooded = {};
let timer: NodeJS.Timeout | undefined;
let underWay = 0;

function send({ url, method, headers, body }: Flood): void {
  underWay++;
  const count = (what: string) => {
    underWay--;
    statuses[what] = (statuses[what] ?? 0) + 1;
  };
  request(url, { method, headers, agent }, (response) => {
    response.resume();
    response.once('close', () => count(String(response.statusCode)));
  })
    .once('error', () => count('no answer'))
    .end(body);
}

process.on('message', (flood: Flood | 'stop') => {
  if (flood !== 'stop') {
    let due = 0;
    timer = setInterval(() => {
      due += (flood.perSecond * TICK_MS) / 1000;
      for (; due >= 1; due--) if (underWay < MOST) send(flood);
    }, TICK_MS);
    return;
  }
  clearInterval(timer);
  const ended = setInterval(() => {
    if (underWay > 0) return;
    clearInterval(ended);
    process.send?.(statuses, () => process.disconnect());
  }, TICK_MS);
});
process.once('disconnect', () => process.exit());
