/** A Solana of one file's tests, with a token and a payer who holds much of it. */
import type { Address, Instruction, KeyPairSigner } from '@solana/kit';
import { generateKeyPairSigner } from '@solana/kit';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import {
  execute,
  fundedSigner,
  issueToken,
  mint,
  type Payment,
  payments,
  type Signed,
  type Token,
} from '../../infra/local/only-here/chains/solana-contracts.ts';
import {
  finalize,
  type Solana,
  startSolana,
} from '../../infra/local/only-here/chains/solana-rpc.ts';
import { solanaChain } from '../../lib/networks/verify/solana-chain.ts';
import { solanaProvider } from '../../lib/networks/verify/solana-provider.ts';
import { readTransaction } from '../../lib/networks/verify/solana-transaction.ts';
import type { FinalTransaction } from '../../lib/settlement/on-chain.ts';
import type { Attempt } from '../../lib/settlement/records.ts';
import { CLOCKS_DIFFER_MS, rfc3339 } from '../../lib/time.ts';
import { answer, type RpcFault, startRpcProxy } from './rpc-proxy.ts';

/** When its first block was made: a moment before noon. */
export const GENESIS_S = Date.parse('2026-11-27T11:59:00Z') / 1000;
export const DECIMALS = 6;
export const TIMEOUT_MS = 5000;

export type SolanaBench = {
  solana: Solana;
  token: Token;
  payer: KeyPairSigner;
  paidIn: () => { token: string; decimals: number; senders: string[] };
  stranger: () => Promise<Address>;
  run: (instructions: readonly Instruction[]) => Promise<Signed>;
  /** Pays all in one transaction. */
  pay: (...paid: Payment[]) => Promise<Signed>;
  /** Runs it to finality and reads it, by what a single provider says. */
  read: (instructions: readonly Instruction[]) => Promise<FinalTransaction>;
  /** A provider that does as this test says. */
  proxy: () => ReturnType<typeof startRpcProxy>;
  chain: (urls?: readonly string[], timeoutMs?: number) => ReturnType<typeof solanaChain>;
};

export function useSolana(program?: Address): SolanaBench {
  const bench = {} as SolanaBench;
  Object.assign(bench, {
    paidIn: () => ({
      token: bench.token.mint,
      decimals: DECIMALS,
      senders: [bench.payer.address],
    }),
    stranger: async () => (await generateKeyPairSigner()).address,
    run: (instructions) => execute(bench.solana, bench.payer, instructions),
    pay: async (...paid) => bench.run(await payments(bench.token, bench.payer, paid)),
    read: async (instructions) => {
      const { signature } = await bench.run(instructions);
      finalize(bench.solana);
      const reply = await solanaProvider(bench.solana.url, TIMEOUT_MS).transaction(signature);
      if (!reply) throw new Error('it is not final');
      return readTransaction(reply, bench.token.mint);
    },
    proxy: async () => {
      const proxy = await startRpcProxy(bench.solana.url);
      onTestFinished(proxy.close);
      return proxy;
    },
    chain: (urls = [bench.solana.url, bench.solana.url], timeoutMs = TIMEOUT_MS) =>
      solanaChain(bench.paidIn(), urls, { timeoutMs }),
  } satisfies Partial<SolanaBench>);
  beforeAll(async () => {
    bench.solana = await startSolana({ genesisS: GENESIS_S });
    bench.token = await issueToken(bench.solana, {
      decimals: DECIMALS,
      ...(program && { program }),
    });
    bench.payer = await fundedSigner(bench.solana);
    await mint(bench.solana, bench.token, bench.payer.address, 1_000_000_000_000n);
    bench.solana.advance(1000);
  });
  afterAll(() => bench.solana?.stop());
  return bench;
}

export const attemptOf = ({ signature, lastValidBlockHeight }: Signed): Attempt => ({
  id: signature,
  kind: 'solana',
  signature,
  last_valid_block_height: lastValidBlockHeight,
  state: 'open',
  by: 'arn:aws:iam::111122223333:user/ann',
  recorded_at: SOON,
});

/** As long after the first block as clocks differ, and a minute more; that is what tests begin after. */
export const SOON = rfc3339(GENESIS_S * 1000 + CLOCKS_DIFFER_MS + 60_000);

// biome-ignore lint/suspicious/noExplicitAny: a test knows what the method answers
export type Told = any;

/** Tells something else of these methods than the chain does. */
export const tells =
  (lies: Record<string, (result: Told, params: unknown[]) => unknown>): RpcFault =>
  async ({ method, params }, ask, response) => {
    const result = await ask<unknown>(method, params);
    const lie = lies[method];
    answer(response, lie ? lie(result, params) : result);
  };
