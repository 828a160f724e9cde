/** A chain of this machine, with a token on it and a treasury that pays in it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { PayoutToken } from '../../../../lib/networks/token.ts';
import type { AttemptReport } from '../../../../lib/settlement/records.ts';
import { hiddenHost } from '../../database/engine.ts';

export type Payment = {
  payoutId: string;
  /** As the payout names it. */
  address: string;
  /** In the token's smallest units. */
  units: bigint;
};

/** A transaction that is signed, and that the chain has not heard of. */
export type SignedPayment = {
  /** What is to be recorded before it is sent. */
  attempt: AttemptReport;
  /** What the chain calls the transaction. */
  transaction: string;
  send: () => Promise<void>;
};

/** How far a transaction has come. */
export type Progress = {
  /** The number of its block, on Solana its slot; undefined while it is in none. */
  block?: bigint;
  /** The blocks that came after its own. */
  confirmations: bigint;
};

export type LocalChain = {
  token: PayoutToken;
  /** What the token's transfers come from. */
  senders: string[];
  /** Of its one node. */
  url: string;
  /** How many confirmations make a transaction final. */
  finalAfter: bigint;
  sign: (payment: Payment) => Promise<SignedPayment>;
  progressOf: (transaction: string) => Promise<Progress>;
  /** Resolves when its node is no more, on purpose or not; absent where it is this very process. */
  ended?: Promise<void>;
  stop: () => Promise<void>;
};

/** Far more than all payouts that anybody requests here. */
export const TREASURY_TOKENS = 1_000_000_000n;

/**
 * Another address of the same node. The service believes no provider alone, and two URLs of one host
 * are one to it: here both are one node, so that nothing is shown of providers that differ.
 */
export async function secondUrlOf(url: string): Promise<AsyncDisposable & { url: string }> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((caller) => {
    const node = connect(Number(port), hostname);
    for (const socket of [caller, node]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    // Whichever end fails or is closed takes the other with it, and the caller asks again.
    pipeline(caller, node, caller, () => undefined);
  });
  const host = hiddenHost();
  server.listen(0, host);
  await once(server, 'listening');
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
