/** What an operator types to pay hundreds (infra/RUNBOOK.md, "Paying hundreds"), from the start. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Chain, SAFE, transactionOf } from './chain.ts';

/** Runs a command of the operator's command line; what it prints. Throws unless it ended with 0. */
export type Operator = (...args: string[]) => Promise<string>;

export const TOKENS = {
  ethereum: { token: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', format: 'safe-json' },
  polygon: { token: '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', format: 'safe-csv' },
  solana: { token: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v', format: 'solana-csv' },
} as const;
export const NETWORKS = Object.keys(TOKENS) as (keyof typeof TOKENS)[];

/**
 * From the queue to `sent`. It remembers nothing but what is in the folder: begun again after it
 * was stopped anywhere, it comes to the same end.
 */
export async function settleAll(operator: Operator, folder: string, chain: Chain): Promise<void> {
  for (const network of NETWORKS) await operator('claim', '--next', '1000', '--network', network);
  for (const network of NETWORKS) {
    const { token, format } = TOKENS[network];
    const safe = format === 'safe-json' ? ['--safe', SAFE] : [];
    const paid = ['--token', token, '--decimals', '6', ...safe];
    await operator(
      ...['export', '--network', network, '--format', format, '--out', folder],
      ...paid,
    );
  }
  for (const part of partsIn(folder)) {
    const { attempt, hash } = transactionOf(part);
    await operator('attempt', '--file', part, ...attempt);
    chain.execute(part);
    await operator('sent', '--file', part, '--tx', hash, '--yes');
  }
}

/** The files to pay from, in the order of their names. */
export const partsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /-of-\d+\.(json|csv)$/.test(name))
    .sort()
    .map((name) => join(folder, name));
