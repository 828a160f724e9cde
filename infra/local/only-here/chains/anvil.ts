/** Runs anvil, an Ethereum node of Foundry's, as a child process that cannot outlive this one. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { devNull } from 'node:os';
import { createTestClient, http, publicActions, type TestClient, walletActions } from 'viem';
import { Problem } from '../../../problem.ts';
import { collect, freePort, hiddenHost, leash, stop } from '../../database/engine.ts';
import { anvilProgram } from './chain-engines.ts';

export type AnvilOptions = {
  chainId: number;
  /** Mines a block every so many seconds. Without it blocks come only when one is asked for. */
  blockTimeS?: number;
  /** When its first block was made (Unix seconds); now when not given. */
  genesisS?: number;
  /** The address of this machine to listen at: one that no web page guesses, when not given. */
  host?: string;
};

export type Anvil = {
  url: string;
  /** Resolves when the node is no more, on purpose or not. */
  ended: Promise<void>;
  stop: () => Promise<void>;
};

/**
 * A block is `finalized` two epochs below the latest, and `safe` one. An epoch of one slot makes
 * that two blocks; Ethereum's own has 32.
 */
export const FINAL_AFTER_BLOCKS = 2;

/**
 * Of how many blocks the state can be asked. More would be swapped to files that nobody deletes, and
 * a reorganization swaps all the same: there is no folder for it.
 */
const STATES_KEPT = 256;
const READY_WITHIN_MS = 60_000;
const PORT_ATTEMPTS = 5;

export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  const { chainId, blockTimeS, genesisS, host = hiddenHost() } = options;
  const given = {
    '--host': host,
    '--chain-id': chainId,
    '--slots-in-an-epoch': FINAL_AFTER_BLOCKS / 2,
    '--prune-history': STATES_KEPT,
    '--cache-path': devNull,
    ...(blockTimeS !== undefined && { '--block-time': blockTimeS }),
    ...(genesisS !== undefined && { '--timestamp': genesisS }),
  };
  const flags = ['--no-cors', ...(blockTimeS === undefined ? ['--no-mining'] : [])];
  const args = [...Object.entries(given).flat().map(String), ...flags];
  const program = anvilProgram();
  for (let attempt = 1; ; attempt++) {
    // Somebody else may take the port first; then the node ends at once, and tries another one.
    const port = await freePort(host);
    const child = leash(program, [...args, '--port', String(port)]);
    const output = collect(child);
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    if (await listens(child, output))
      return { url: `http://${host}:${port}`, ended, stop: () => stop(child) };
    await stop(child);
    if (attempt === PORT_ATTEMPTS || !/in use/i.test(output()))
      throw new Problem(
        `anvil (${program}) did not start: ${output().trim() || 'it said nothing'}.`,
      );
  }
}

/** It says so once it does. False as soon as the child ends. */
async function listens(child: ChildProcess, output: () => string): Promise<boolean> {
  const over = new AbortController();
  for (const event of ['close', 'error']) child.once(event, () => over.abort());
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(READY_WITHIN_MS)]);
  while (!signal.aborted && !output().includes('Listening on'))
    if (child.stdout) await once(child.stdout, 'data', { signal }).catch(() => undefined);
  return !signal.aborted;
}

/** Many blocks take long to mine on a busy machine. */
const ANSWERS_WITHIN_MS = 60_000;

/** Speaks to a node: reads, sends by anvil's own accounts, and steers its blocks. */
export const anvilClient = (anvil: Pick<Anvil, 'url'>) =>
  createTestClient({
    mode: 'anvil',
    transport: http(anvil.url, { retryCount: 0, timeout: ANSWERS_WITHIN_MS }),
  })
    .extend(publicActions)
    .extend(walletActions);
export type AnvilClient = ReturnType<typeof anvilClient>;

/** Mines what waits, and so many blocks on top that no reorganization takes it away any more. */
export async function finalize(anvil: Pick<TestClient<'anvil'>, 'mine'>): Promise<void> {
  await anvil.mine({ blocks: 1 });
  await anvil.mine({ blocks: FINAL_AFTER_BLOCKS });
}
