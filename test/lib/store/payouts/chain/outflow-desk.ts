/** Payouts that are paid on a chain on days of a test's own, and what reconciliation says of them. */
import { randomUUID } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { PrivateKeyAccount } from 'viem/accounts';
import { beforeEach, vi } from 'vitest';
import {
  broadcast,
  fundedAccount,
  lower,
  mintCall,
  perform,
  sign,
  transferCall,
} from '../../../../../infra/local/only-here/chains/evm-contracts.ts';
import type { TableName } from '../../../../../lib/config.ts';
import { stringifyJson } from '../../../../../lib/json.ts';
import { evmChain } from '../../../../../lib/networks/verify/evm-chain.ts';
import { newPayout, type Payout } from '../../../../../lib/payout.ts';
import { withAttempt } from '../../../../../lib/settlement/attempts.ts';
import { applyChange } from '../../../../../lib/store/payouts/apply-change.ts';
import { applyTransition } from '../../../../../lib/store/payouts/apply-transition.ts';
import type { Verified, Verifiers } from '../../../../../lib/store/payouts/chain/apply-look.ts';
import { compareOutflow } from '../../../../../lib/store/payouts/chain/compare-outflow.ts';
import { settleByChain } from '../../../../../lib/store/payouts/chain/settle-watched.ts';
import { requestPayout } from '../../../../../lib/store/payouts/request.ts';
import { tables } from '../../../../support/backdoor.ts';
import type { Database } from '../../../../support/database.ts';
import { type EvmNetwork, freshAddress } from '../../../../support/evm-network.ts';
import { patience } from '../../../../support/patience.ts';
import type { useWire } from '../../../../support/wire.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const ANN = 'arn:aws:iam::000000000000:user/ann';
export const AMOUNT = 25_000_000n;
export const NETWORK = 'polygon';
/** When the chain begins (Unix seconds). */
export const GENESIS_S = Date.parse('2026-11-01T00:00:00Z') / 1000;

/** For each test a key that pays, and days that begin after all that was before. */
export function useOutflow(
  database: Database,
  wire: ReturnType<typeof useWire>,
  network: EvmNetwork,
) {
  const logs: Record<string, unknown>[] = [];
  let payer: PrivateKeyAccount;
  let firstDayMs: number;
  let verified: Verified;

  /** `at(1, '23:59')` is on the second day. */
  const at = (day: number, time = '12:00'): number =>
    firstDayMs + day * DAY_MS + Date.parse(`1970-01-01T${time}Z`);
  const dayOf = (day: number): string => new Date(at(day)).toISOString().slice(0, 10);
  const storeAt = (nowMs: number) => ({ ...wire.store(patience(30_000)), nowMs });

  const mineAt = async (ms: number): Promise<void> => {
    await network.client.setNextBlockTimestamp({ timestamp: BigInt(ms / 1000) });
    await network.client.mine({ blocks: 1 });
  };
  const transferAt = async (ms: number, to: string, units: bigint): Promise<string> => {
    const call = transferCall(network.token, { to: lower(to), units });
    const signed = await sign(network.client, payer, call);
    await broadcast(network.client, signed);
    await mineAt(ms);
    return signed.hash;
  };
  const newSender = async () => {
    const account = await fundedAccount(network.client);
    const call = mintCall(network.token, { to: lower(account.address), units: 10n ** 12n });
    await perform(network.client, network.payer, call);
    return account;
  };
  const chainOf = (senders: string[], urls?: string[]): Verified => {
    const settings = { ...network.settings, senders };
    const timeoutMs = patience(2000);
    const providers = urls ?? [network.proxy.url, network.proxy.url];
    return {
      chain: evmChain(settings, providers, { timeoutMs }),
      paidIn: settings,
    };
  };

  beforeEach(async () => {
    logs.length = 0;
    for (const level of ['info', 'warn', 'error'] as const)
      vi.spyOn(console, level).mockImplementation((line) => void logs.push(line));
    payer = await newSender();
    const { timestamp } = await network.client.getBlock({ blockTag: 'latest' });
    firstDayMs = Math.ceil((Number(timestamp) * 1000) / DAY_MS + 10) * DAY_MS;
    verified = chainOf([lower(payer.address)]);
  });

  const claimed = async (requestedMs: number): Promise<Payout> => {
    const userId = randomUUID();
    await database.credit(userId, AMOUNT);
    const request = { amount_micro: AMOUNT, network: NETWORK, address: freshAddress() } as const;
    const payout = newPayout(userId, request, 1n, requestedMs);
    const store = storeAt(requestedMs);
    await requestPayout(store, payout, stringifyJson(payout), undefined);
    await applyTransition(store, payout, { status: 'processing', by: ANN });
    return payout;
  };

  return {
    logs,
    at,
    dayOf,
    storeAt,
    transferAt,
    newSender,
    chainOf,
    claimed,
    payer: () => lower(payer.address),
    /** A payout that is paid at this moment, and settled by its chain. */
    settled: async (paidMs: number): Promise<Payout & { tx_hash: string }> => {
      const payout = await claimed(paidMs - 60_000);
      const call = transferCall(network.token, { to: lower(payout.address), units: AMOUNT });
      const { hash, sender, nonce, raw } = await sign(network.client, payer, call);
      await applyChange(storeAt(paidMs - 60_000), payout, {
        after: (current, at) => withAttempt(current, { kind: 'evm', sender, nonce, hash }, ANN, at),
      });
      await broadcast(network.client, { raw });
      await mineAt(paidMs);
      await network.finalize();
      await settleByChain(storeAt(paidMs + 60_000), { [NETWORK]: verified });
      return { ...payout, tx_hash: hash };
    },
    /** One that an operator says to be sent by this transaction, and nobody has asked the chain. */
    said: async (saidMs: number, payout: Payout, tx_hash: string): Promise<void> => {
      await applyTransition(storeAt(saidMs), payout, { status: 'sent', by: ANN, tx_hash });
    },
    /** Reconciles at this moment, when all of the days before it are final. */
    reconcile: async (nowMs = at(3), verifiers: Verifiers = { [NETWORK]: verified }) => {
      await mineAt(nowMs);
      await network.finalize();
      logs.length = 0;
      const left = await compareOutflow(storeAt(nowMs), verifiers);
      const lines = (event: string) =>
        logs.filter((line) => line.event === event).map(({ event: _, ...fields }) => fields);
      return {
        days: lines('outflow_reconciled'),
        unexplained: lines('outflow_unexplained'),
        missing: lines('evidence_missing'),
        undecided: lines('chain_undecided'),
        left,
      };
    },
    /** Changes an item behind the service's back; an undefined value takes the attribute away. */
    spoil: (table: TableName, key: object, name: string, value: unknown) =>
      wire.connection.client.send(
        new UpdateCommand({
          TableName: tables[table],
          Key: key,
          UpdateExpression: 'SET #name = :value',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':value': value },
        }),
      ),
  };
}

/** The line of a day on which nothing differs. */
export const inOrder = (day: string, transfers: number) => ({
  ...{ network: NETWORK, day, transfers, unexplained: 0, missing: 0 },
  chain_micro: String(BigInt(transfers) * AMOUNT),
  books_micro: String(BigInt(transfers) * AMOUNT),
  difference_micro: 0,
});
