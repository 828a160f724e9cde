/** Solana on this machine: litesvm, a token of SPL's, and a key that pays. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { createSolanaRpc, type Signature } from '@solana/kit';
import { FINAL_AFTER_BLOCKS, SLOT_MS } from './litesvm.ts';
import { type LocalChain, TREASURY_TOKENS } from './local-chain.ts';
import { fundedSigner, issueToken, memo, mint, payments, send, sign } from './solana-contracts.ts';
import { type Solana, startSolana } from './solana-rpc.ts';

const DECIMALS = 6;

/** Longer than clocks differ: a chain is asked of what was before a payout was recorded. */
const AGE_S = 3600;

/** About the time in which a payment is recorded, and as many blocks as a blockhash must still have. */
const SPARE_BLOCKS = 15n;

export async function startLocalSolana(): Promise<LocalChain> {
  const genesisS = Math.floor(Date.now() / 1000) - AGE_S;
  const solana = await startSolana({ genesisS });
  const rpc = createSolanaRpc(solana.url);
  const slotNow = () => rpc.getSlot({ commitment: 'processed' }).send();
  const stopBlocks = makeBlocks(solana, genesisS * 1000);
  const stop = async () => {
    stopBlocks();
    await solana.stop();
  };
  try {
    const token = await issueToken(solana, { decimals: DECIMALS });
    const payer = await fundedSigner(solana);
    await mint(solana, token, payer.address, TREASURY_TOKENS * 10n ** BigInt(DECIMALS));
    return {
      token: { token: token.mint, decimals: DECIMALS },
      senders: [payer.address],
      url: solana.url,
      finalAfter: FINAL_AFTER_BLOCKS,
      /** With memos, without which two payments of one amount to one address could be the same. */
      sign: async ({ payoutId, address, units }) => {
        const instructions = await payments(token, payer, [{ to: address, units }]);
        await untilSpare(solana);
        const signed = await sign(solana, payer, [
          ...instructions,
          memo(payoutId),
          memo(randomUUID().slice(0, 8)),
        ]);
        const { signature, lastValidBlockHeight } = signed;
        return {
          attempt: { kind: 'solana', signature, last_valid_block_height: lastValidBlockHeight },
          transaction: signature,
          send: () => send(solana, signed),
        };
      },
      progressOf: async (transaction) => {
        const { value } = await rpc.getSignatureStatuses([transaction as Signature]).send();
        const slot = value[0]?.slot;
        if (slot === undefined) return { confirmations: 0n };
        return { block: slot, confirmations: (await slotNow()) - slot };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A block for each slot that has passed since then, whatever held this process up. */
function makeBlocks(solana: Solana, sinceMs: number): () => void {
  let made = 0;
  const make = () => {
    const due = Math.floor((Date.now() - sinceMs) / Number(SLOT_MS)) - made;
    if (due > 0) solana.advance(due);
    made += Math.max(due, 0);
  };
  make();
  const timer = setInterval(make, Number(SLOT_MS));
  return () => clearInterval(timer);
}

/** litesvm has one blockhash at a time: near its end, what is signed would be too late at once. */
async function untilSpare({ url }: Pick<Solana, 'url'>): Promise<void> {
  const rpc = createSolanaRpc(url);
  for (;;) {
    const [{ value }, height] = await Promise.all([
      rpc.getLatestBlockhash().send(),
      rpc.getBlockHeight({ commitment: 'processed' }).send(),
    ]);
    if (value.lastValidBlockHeight - height > SPARE_BLOCKS) return;
    await setTimeout(Number(SLOT_MS));
  }
}
