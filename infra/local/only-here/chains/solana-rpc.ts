/**
 * A shim: as much of Solana's JSON-RPC over HTTP as is asked here, in front of litesvm. It is no
 * validator: one runtime, no votes, and blocks as whoever started it says.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Address } from '@solana/kit';
import { hiddenHost } from '../../database/engine.ts';
import {
  FINAL_AFTER_BLOCKS,
  openLedger,
  readTokenAccount,
  type SolanaLedger,
  TOKEN_PROGRAMS,
} from './litesvm.ts';

export type SolanaOptions = {
  /** When its first block was made (Unix seconds); now when not given. */
  genesisS?: number;
  /** The address of this machine to listen at: one that no web page guesses, when not given. */
  host?: string;
};

export type Solana = {
  url: string;
  /** Makes so many blocks more; before them so many slots stay empty. */
  advance: (blocks: number, empty?: number) => void;
  /** Gives an address lamports, for fees and rent. */
  fund: (address: Address) => void;
  stop: () => Promise<void>;
};

/** What an account of a payer never runs out of. */
const LAMPORTS = 1_000_000_000_000n;

/** Makes final whatever has landed. */
export const finalize = (solana: Pick<Solana, 'advance'>): void =>
  solana.advance(Number(FINAL_AFTER_BLOCKS));

export async function startSolana(options: SolanaOptions = {}): Promise<Solana> {
  const { genesisS = Math.floor(Date.now() / 1000), host = hiddenHost() } = options;
  const ledger = openLedger(genesisS);
  const answer = async (incoming: http.IncomingMessage): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { id, method, params = [] } = JSON.parse(Buffer.concat(chunks).toString());
    return json({ jsonrpc: '2.0', id, ...answerOf(ledger, method, params) });
  };
  const server = http.createServer((incoming, outgoing) => {
    outgoing.setHeader('content-type', 'application/json');
    answer(incoming).then(
      (text) => outgoing.end(text),
      () => incoming.socket.destroy(),
    );
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    advance: ledger.advance,
    fund: (address) => void ledger.svm.airdrop(address, LAMPORTS),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const json = (value: unknown): string =>
  JSON.stringify(value, (_key, each) =>
    typeof each === 'bigint' ? JSON.rawJSON(String(each)) : each,
  );

// biome-ignore lint/suspicious/noExplicitAny: what comes is of the method that is asked for
type Params = any[];

function answerOf(ledger: SolanaLedger, method: string, params: Params) {
  const answer = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (!answer) return { error: { code: -32601, message: 'Method not found' } };
  try {
    return { result: answer(ledger, params) };
  } catch (error) {
    return { error: { code: -32000, message: (error as Error).message } };
  }
}

const withContext = (ledger: SolanaLedger, value: unknown, commitment = 'processed') => ({
  context: { slot: ledger.tip(commitment).slot },
  value,
});

/** Of how many slots a node has the statuses at hand; those before have to be searched for. */
const STATUSES_KEPT = 300n;

/** Of a mint's account: an optional authority, the supply, the decimals, and what else there is. */
const MINT_BYTES = 82;
const MINT_DECIMALS_AT = 44;

const COMMITMENTS = ['finalized', 'confirmed', 'processed'];

const commitmentIn = (config?: { commitment?: string }): string =>
  config?.commitment ?? 'finalized';

/** By the names, parameters and answers of https://solana.com/docs/rpc/http */
const METHODS: Record<string, (ledger: SolanaLedger, params: Params) => unknown> = {
  getEpochInfo: (ledger, [config]) => {
    const { slot, height } = ledger.tip(commitmentIn(config));
    return { absoluteSlot: slot, blockHeight: height };
  },
  getSlot: (ledger, [config]) => ledger.tip(commitmentIn(config)).slot,
  getBlockHeight: (ledger, [config]) => ledger.tip(commitmentIn(config)).height,
  getBlockTime: (ledger, [slot]) => ledger.timeOf(BigInt(slot)),
  getFirstAvailableBlock: (ledger) => ledger.genesisSlot,
  getLatestBlockhash: (ledger) => withContext(ledger, ledger.blockhash()),
  sendTransaction: (ledger, [wire]) => ledger.send(Buffer.from(wire, 'base64')),
  getSignatureStatuses: (ledger, [signatures, config]) =>
    withContext(
      ledger,
      signatures.map((signature: string) => {
        const landed = ledger.landed.get(signature);
        const oldest = ledger.tip('processed').slot - STATUSES_KEPT;
        const isFound = landed && (config?.searchTransactionHistory || landed.slot >= oldest);
        return isFound
          ? {
              ...{ slot: landed.slot, err: landed.meta.err },
              confirmationStatus: COMMITMENTS.find((each) => landed.slot <= ledger.tip(each).slot),
            }
          : null;
      }),
    ),
  getTransaction: (ledger, [signature, config]) => {
    const landed = ledger.landed.get(signature);
    if (!landed || landed.slot > ledger.tip(commitmentIn(config)).slot) return null;
    const { keys: _, ...told } = landed;
    return { ...told, version: 0 };
  },
  getSignaturesForAddress: (ledger, [account, config]) => {
    const { before, limit, minContextSlot } = config;
    const tip = ledger.tip(commitmentIn(config)).slot;
    if (minContextSlot > tip) throw new Error('Minimum context slot has not been reached');
    const newestFirst = [...ledger.landed].toReversed();
    const from = newestFirst.findIndex(([signature]) => signature === before) + 1;
    return newestFirst
      .slice(from)
      .filter(([, { keys, slot }]) => slot <= tip && keys.includes(account))
      .slice(0, limit)
      .map(([signature, { slot, blockTime, meta }]) => ({
        ...{ signature, slot, blockTime, err: meta.err, memo: null },
      }));
  },
  getTokenSupply: (ledger, [mint]) => {
    const found = ledger.svm.getAccount(mint);
    if (!found.exists || found.data.length < MINT_BYTES) throw new Error('not a Token mint');
    return withContext(ledger, { decimals: found.data[MINT_DECIMALS_AT] });
  },
  /** Of what the runtime holds now, whatever the commitment. */
  getTokenAccountsByOwner: (ledger, [owner, { mint }]) =>
    withContext(
      ledger,
      TOKEN_PROGRAMS.flatMap((program) => ledger.svm.getProgramAccounts(program))
        .map(({ address, data }) => ({ pubkey: address, held: readTokenAccount(data) }))
        .filter(({ held }) => held?.owner === owner && held?.mint === mint)
        .map(({ pubkey }) => ({ pubkey })),
    ),
  getTokenAccountBalance: (ledger, [account]) => {
    const found = ledger.svm.getAccount(account);
    const held = found.exists ? readTokenAccount(found.data) : undefined;
    if (!held) throw new Error('could not find account');
    return withContext(ledger, { amount: String(held.amount) });
  },
};
