/** An EVM chain of this machine: anvil, OpenZeppelin's token, and a Safe or a key that pays. */
import type { PrivateKeyAccount } from 'viem/accounts';
import { type AnvilClient, anvilClient, FINAL_AFTER_BLOCKS, startAnvil } from './anvil.ts';
import {
  broadcast,
  type Call,
  deployToken,
  fundedAccount,
  lower,
  mintCall,
  perform,
  sign,
  transferCall,
} from './evm-contracts.ts';
import { type LocalChain, type SignedPayment, TREASURY_TOKENS } from './local-chain.ts';
import {
  createSafe,
  deploySafeContracts,
  execCall,
  safeNonce,
  safeTransaction,
} from './safe-wallet.ts';

const BLOCK_TIME_S = 2;
const DECIMALS = 18;

/** Given, and not estimated, so that what will fail can be sent as well. */
const GAS = 500_000n;
/** Above zero, so that the Safe tells of an inner failure by an event, and its nonce is used. */
const SAFE_TX_GAS = 100_000n;

/** Who pays: what the chain calls it, and how it signs a call. */
type Treasury = {
  address: string;
  pay: (call: Call) => Promise<SignedPayment>;
};

export async function startLocalEvm(
  chainId: number,
  makeTreasury: (client: AnvilClient) => Promise<Treasury>,
): Promise<LocalChain> {
  const anvil = await startAnvil({ chainId, blockTimeS: BLOCK_TIME_S });
  try {
    const client = anvilClient(anvil);
    const issuer = await fundedAccount(client);
    const token = await deployToken(client, issuer);
    const treasury = await makeTreasury(client);
    const units = TREASURY_TOKENS * 10n ** BigInt(DECIMALS);
    await perform(client, issuer, mintCall(token, { to: lower(treasury.address), units }));
    return {
      token: { token, decimals: DECIMALS, chainId },
      senders: [treasury.address],
      url: anvil.url,
      finalAfter: BigInt(FINAL_AFTER_BLOCKS),
      sign: ({ address, units }) =>
        treasury.pay(transferCall(token, { to: lower(address), units })),
      progressOf: (transaction) => progressOf(client, transaction as `0x${string}`),
      ended: anvil.ended,
      stop: anvil.stop,
    };
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}

async function progressOf(client: AnvilClient, hash: `0x${string}`) {
  // Before its block, so that there is never more of the chain than what the block is held against.
  const receipt = await client.getTransactionReceipt({ hash }).catch((error: Error) => {
    if (error.name === 'TransactionReceiptNotFoundError') return undefined;
    throw error;
  });
  if (!receipt) return { confirmations: 0n };
  const latest = await client.getBlockNumber({ cacheTime: 0 });
  return { block: receipt.blockNumber, confirmations: latest - receipt.blockNumber };
}

/** A key of its own, whose nonces count what it has sent. */
export async function keyTreasury(client: AnvilClient): Promise<Treasury> {
  const account = await fundedAccount(client);
  return {
    address: lower(account.address),
    pay: async (call) => {
      const { raw, hash, sender, nonce } = await sign(client, account, call, { gas: GAS });
      return {
        attempt: { kind: 'evm', sender, nonce, hash },
        transaction: hash,
        send: () => broadcast(client, { raw }),
      };
    },
  };
}

/** A Safe of which two of three owners sign; anybody may send what they have signed. */
export async function safeTreasury(client: AnvilClient): Promise<Treasury> {
  const accounts = await Promise.all([1, 2, 3, 4].map(() => fundedAccount(client)));
  const [relayer, ...owners] = accounts as [PrivateKeyAccount, ...PrivateKeyAccount[]];
  const contracts = await deploySafeContracts(client, relayer);
  const safe = await createSafe(client, relayer, contracts, owners, 2);
  /** The Safe counts only what is in a block, and one may be sent before the last one is. */
  let next = 0n;
  return {
    address: safe,
    pay: async (call) => {
      const inBlocks = await safeNonce(client, safe);
      const nonce = inBlocks > next ? inBlocks : next;
      const chosen = { nonce, safeTxGas: SAFE_TX_GAS };
      const transaction = await safeTransaction(client, contracts, safe, [call], chosen);
      const exec = await execCall(transaction, owners.slice(0, 2));
      const { raw, hash } = await sign(client, relayer, exec, { gas: GAS });
      return {
        attempt: { kind: 'safe', safe, nonce, safe_tx_hash: transaction.hash },
        transaction: hash,
        send: async () => {
          await broadcast(client, { raw });
          next = nonce + 1n;
        },
      };
    },
  };
}
