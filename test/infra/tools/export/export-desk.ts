/** An operator with claims of their own and a folder for exports, at a service. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { operate } from '../../../../infra/tools/operator/operator-commands.ts';
import type { PayoutWithHistory } from '../../../../lib/settlement/payout-with-history.ts';
import type { Service } from '../../../support/service.ts';
import { ETHEREUM_USDC, SAFE } from './payouts.ts';

export const OTHER_RECEIVER = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
export const SAFE_TX = `0x${'5afe'.repeat(16)}`;
export const TX = `0x${'c0ffee12'.repeat(8)}`;
export const SIGNATURE =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQkjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';

export const usdc = ['--network', 'ethereum', '--token', ETHEREUM_USDC, '--decimals', '6'];
export const safeJson = (out: string) => [
  ...['export', ...usdc, '--format', 'safe-json', '--safe', SAFE, '--out', out],
];
export const safeCsv = (out: string) => ['export', ...usdc, '--format', 'safe-csv', '--out', out];
export const attempt = (file: string, nonce = '7') => [
  ...['attempt', '--file', file, '--tx', SAFE_TX, '--safe', SAFE, '--nonce', nonce],
];
export const sent = (file: string, tx = TX) => ['sent', '--file', file, '--tx', tx];

const ADMIN = '/v1/admin/referrals/payouts';

/** A folder of the test's own, which goes with it. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'export-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Under this name, which no other test may have, as it decides which claims are mine. */
export function deskOf(service: Service, operator: string) {
  const api = service.operator(operator);
  const say = async (id: string, what: string, body?: object) => {
    const { status, text, json } = await api('POST', `${ADMIN}/${id}/${what}`, { body });
    if (status !== 200) throw new Error(`${what} was refused: ${text}`);
    return json as PayoutWithHistory;
  };
  return {
    say,
    show: async (id: string): Promise<PayoutWithHistory> =>
      (await api('GET', `${ADMIN}/${id}`)).json as PayoutWithHistory,
    /** As many payouts of 10.00 as there are addresses, requested in this order and claimed. */
    claims: async (network: string, addresses: string[], amount_micro = 10_000_000n) => {
      const { cookie } = await service.newSession({ available_micro: 2_000_000_000n });
      const payouts: PayoutWithHistory[] = [];
      for (const address of addresses) {
        const { id } = await service.requestPayout(cookie, { network, address, amount_micro });
        payouts.push(await say(id, 'processing'));
      }
      return payouts;
    },
    /** Runs a command as this operator; without `answer` nobody is there to ask. */
    cli: async (args: string[], answer?: string) => {
      const out: string[] = [];
      const complaints: string[] = [];
      const env = { OPERATOR_API_URL: service.url };
      const code = await operate([...args, '--profile', operator], env, {
        print: (text) => out.push(text),
        complain: (text) => complaints.push(text),
        report: () => undefined,
        interactive: answer !== undefined,
        colour: false,
        ask: async (question) => {
          complaints.push(question);
          return answer ?? '';
        },
        input: async () => '',
        stop: new AbortController().signal,
        now: Date.now,
      });
      return { code, out, complaints: complaints.join('\n') };
    },
  };
}

/** The names in the folder, hidden ones too, with what is in each. */
export async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const texts = names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]);
  return Object.fromEntries(await Promise.all(texts));
}
