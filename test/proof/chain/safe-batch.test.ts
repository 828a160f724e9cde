/** A hundred payouts, from the queue to `sent`, by the operators' command line and a Safe on Ethereum. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address, Hex } from 'viem';
import { expect, onTestFinished, test } from 'vitest';
import { perform } from '../../../infra/local/only-here/chains/evm-contracts.ts';
import { execCall, safeTransaction } from '../../../infra/local/only-here/chains/safe-wallet.ts';
import { command } from '../../infra/tools/operator/person.ts';
import { describeOnChain } from '../../support/chain-engines.ts';
import { freshAddress } from '../../support/evm-network.ts';
import { patience } from '../../support/patience.ts';
import { partsIn } from '../settle-many/sitting.ts';
import { DECIMALS } from './chains.ts';
import { AMOUNT, useProof } from './proof-desk.ts';

const PAYOUTS = 100;
const USERS = 4;
const DAY_MS = 24 * 60 * 60 * 1000;

describeOnChain('evm')('a Safe of which two of three sign', () => {
  const desk = useProof('ethereum');

  test('100 payouts on ethereum, exported and executed as one batch, are sent with their own evidence', {
    timeout: patience(90_000),
  }, async () => {
    const { service, sides } = desk;
    const { client, token, safe, contracts, owners, payer, finalize } = sides.ethereum;
    const ids = await requestAll();
    const cli = async (...args: string[]) => {
      const { code, complaints } = await command(service.url, args);
      expect([code, complaints]).toEqual([0, expect.any(String)]);
    };
    const folder = await mkdtemp(join(tmpdir(), 'safe-batch-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await cli('claim', '--next', String(PAYOUTS), '--network', 'ethereum');
    await cli(
      ...['export', '--network', 'ethereum', '--format', 'safe-json', '--out', folder],
      ...['--token', token, '--decimals', String(DECIMALS), '--safe', safe],
    );
    const [part = '', ...others] = partsIn(folder);
    expect(others).toEqual([]);

    const batch = JSON.parse(await readFile(part, 'utf8')) as {
      transactions: { to: Address; data: Hex; value: string }[];
    };
    expect(batch.transactions).toHaveLength(PAYOUTS);
    expect(new Set(batch.transactions.map(({ value }) => value))).toEqual(new Set(['0']));
    const calls = batch.transactions.map(({ to, data }) => ({ to, data }));
    const transaction = await safeTransaction(client, contracts, safe, calls as never);
    await cli(
      ...['attempt', '--file', part, '--tx', transaction.hash],
      ...['--safe', safe, '--nonce', String(transaction.nonce)],
    );
    const exec = await execCall(transaction, owners.slice(1));
    const { transactionHash } = await perform(client, payer, exec);

    await finalize();
    const asked = sides.ethereum.providers[0].calls;
    asked.length = 0;
    expect(await desk.settle()).toMatchObject([{ looked: PAYOUTS, sent: PAYOUTS, reviews: 0 }]);
    // Providers allow some dozens of calls a second: what they have in common is asked once.
    expect(asked.length).toBeLessThan(PAYOUTS);
    const payouts = await Promise.all(ids.map(desk.show));
    for (const payout of payouts)
      expect(payout).toMatchObject({
        ...{ status: 'sent', tx_hash: transactionHash },
        attempts: [{ id: transaction.hash, state: 'landed' }],
        history: [{}, {}, { status: 'sent', by: 'chain' }],
      });
    expect(new Set(payouts.map(({ evidence }) => evidence?.position)).size).toBe(PAYOUTS);
    expect(await desk.settle()).toMatchObject([{ looked: 0 }]);

    expect(await service.run('Reconcile')).toMatchObject({ drifted: 0n, skipped: 0n });
    const day = payouts[0]?.evidence?.at.slice(0, 10);
    expect(await outflowOf(String(day))).toMatchObject([
      { event: 'outflow_reconciled', transfers: 0 },
      { event: 'outflow_reconciled', transfers: 0 },
      {
        ...{ event: 'outflow_reconciled', network: 'ethereum', day, transfers: PAYOUTS },
        ...{ unexplained: 0, missing: 0, difference_micro: 0 },
        chain_micro: String(BigInt(PAYOUTS) * AMOUNT),
      },
    ]);
  });

  /** Two of them are of one amount to one address. */
  async function requestAll(): Promise<string[]> {
    const ids: string[] = [];
    const twice = freshAddress();
    for (let user = 0; user < USERS; user++) {
      const each = PAYOUTS / USERS;
      const { cookie } = await desk.service.newSession({ available_micro: BigInt(each) * AMOUNT });
      for (let n = 0; n < each; n++) {
        const address = user < 2 && n === 0 ? twice : freshAddress();
        const body = { amount_micro: AMOUNT, network: 'ethereum', address };
        ids.push((await desk.service.requestPayout(cookie, body)).id);
      }
    }
    return ids;
  }

  /** By a run at noon of the day after, when all of that day is final. */
  async function outflowOf(day: string) {
    const { client, finalize } = desk.sides.ethereum;
    const nextNoonMs = Date.parse(day) + 1.5 * DAY_MS;
    await client.setNextBlockTimestamp({ timestamp: BigInt(nextNoonMs / 1000) });
    await finalize();
    desk.time.aheadMs = nextNoonMs - Date.now();
    return desk.run('ReconcileOutflow');
  }
});
