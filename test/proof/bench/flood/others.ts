/** What goes on beside a flood: other routes, asked in a way that it can answer each time. */
import { setTimeout } from 'node:timers/promises';
import type { Database } from '../../../../infra/local/service.ts';
import { consoleOf, operatorOf } from '../callers.ts';

const AMOUNT = 25_000_000n;
const INVOICE = 12_000_000n;
const TX_HASH =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';

type Ask = () => Promise<unknown>;

/** One request for each of those that are asked most; repeating it gets the same 2xx again. */
export async function othersThan(url: string, { sessions }: Database): Promise<Ask[]> {
  const { userId, token, invoices } = await sessions.create({
    available_micro: 10n * AMOUNT,
    invoices: [{ total_micro: INVOICE }],
  });
  const user = consoleOf(url, token);
  const operator = operatorOf(url);
  const ids: string[] = [];
  for (let left = 5; left > 0; left--) ids.push(await user.payout());
  const [claimed = '', sent = '', failed = '', cancelled = '', own = ''] = ids;
  return [
    () => user.get('me'),
    () => user.get('rewards'),
    () => user.get('payouts'),
    () => user.get(`payouts/${claimed}`),
    () => user.cancel(own),
    () => user.spend(invoices[0] ?? '', INVOICE, 'the-same'),
    () => operator.get('payouts?status=requested'),
    () => operator.get(`payouts/${claimed}`),
    () => operator.get(`users/${userId}`),
    () => operator.move(claimed, 'processing'),
    () => operator.move(sent, 'sent', { tx_hash: TX_HASH }),
    () => operator.move(failed, 'failed', { note: 'bounced' }),
    () => operator.move(cancelled, 'cancelled', { note: 'asked for' }),
  ];
}

export type Asked = { ms: number[]; failed: number; reasons: Set<string> };

/** Asks each so often a second for so many seconds, evenly spread, whether the last one ended or not. */
export async function ask(all: Ask[], { seconds, perSecond }: Pace): Promise<Asked> {
  const asked: Asked = { ms: [], failed: 0, reasons: new Set() };
  const gapMs = 1000 / perSecond / all.length;
  const start = performance.now();
  const pending: Promise<void>[] = [];
  for (let at = 0; at < all.length * perSecond * seconds; at++) {
    await setTimeout(Math.max(0, start + at * gapMs - performance.now()));
    const sent = performance.now();
    const answer = all[at % all.length] as Ask;
    pending.push(
      answer().then(
        () => void asked.ms.push(performance.now() - sent),
        (error) => {
          asked.failed++;
          asked.reasons.add(String(error).slice(0, 30));
        },
      ),
    );
  }
  await Promise.all(pending);
  return asked;
}

export type Pace = { seconds: number; perSecond: number };
