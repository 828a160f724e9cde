/**
 * Contracts that others wrote and compiled, on an anvil: a token of OpenZeppelin's, and a contract of
 * theirs that holds tokens and pays many in one transaction. Whatever is sent is signed here, so that
 * its hash and nonce are known before the chain hears of it. All addresses are in lower case.
 */
import {
  type Abi,
  type Address,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  keccak256,
  zeroHash,
} from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import type { AnvilClient } from './anvil.ts';
import { loadEngine } from './chain-engines.ts';

/** What a transaction, one of a Safe's or one of a disperser's does. */
export type Call = { to: Address; data: Hex };
export type Payment = { to: Address; units: bigint };
/** A transaction that is signed, and not necessarily sent. */
export type Signed = { raw: Hex; hash: Hex; sender: Address; nonce: bigint };

type Artifact = { abi: Abi; bytecode: Hex };
export const openZeppelin = (name: string) =>
  loadEngine<Artifact>(`@openzeppelin/contracts/build/contracts/${name}.json`);

export const lower = (address: string) => address.toLowerCase() as Address;

/** A key of its own with ether for gas. */
export async function fundedAccount(client: AnvilClient): Promise<PrivateKeyAccount> {
  const account = privateKeyToAccount(generatePrivateKey());
  await client.setBalance({ address: account.address, value: 10n ** 20n });
  return account;
}

/** Fields that a test chooses: a nonce that was used before, a higher fee, gas for what reverts. */
export type Chosen = { nonce?: bigint; gas?: bigint; feeGwei?: bigint };

const FEE_GWEI = 10n;
const GWEI = 10n ** 9n;

export async function sign(
  client: AnvilClient,
  account: PrivateKeyAccount,
  call: { to?: Address; data: Hex },
  { nonce, gas, feeGwei = FEE_GWEI }: Chosen = {},
): Promise<Signed> {
  const { address } = account;
  const count = nonce ?? BigInt(await client.getTransactionCount({ address, blockTag: 'pending' }));
  const raw = await account.signTransaction({
    ...call,
    type: 'eip1559',
    chainId: await client.getChainId(),
    nonce: Number(count),
    gas: gas ?? (await client.estimateGas({ account: address, ...call })),
    maxFeePerGas: feeGwei * GWEI,
    maxPriorityFeePerGas: feeGwei * GWEI,
  });
  return { raw, hash: keccak256(raw), sender: lower(address), nonce: count };
}

export async function broadcast(client: AnvilClient, { raw }: Pick<Signed, 'raw'>): Promise<void> {
  await client.sendRawTransaction({ serializedTransaction: raw });
}

/** Signs and sends; no block is mined for it. */
export async function send(
  client: AnvilClient,
  account: PrivateKeyAccount,
  call: { to?: Address; data: Hex },
  chosen?: Chosen,
): Promise<Signed> {
  const signed = await sign(client, account, call, chosen);
  await broadcast(client, signed);
  return signed;
}

/** Sends, mines a block and gives the receipt. Throws where it was reverted. */
export async function perform(
  client: AnvilClient,
  account: PrivateKeyAccount,
  call: { to?: Address; data: Hex },
) {
  const { hash } = await send(client, account, call);
  await client.mine({ blocks: 1 });
  const receipt = await client.getTransactionReceipt({ hash });
  if (receipt.status !== 'success') throw new Error(`The transaction ${hash} was reverted.`);
  return receipt;
}

export async function deploy(
  client: AnvilClient,
  by: PrivateKeyAccount,
  { abi, bytecode }: Artifact,
  args: readonly unknown[] = [],
): Promise<Address> {
  const { contractAddress } = await perform(client, by, {
    data: encodeDeployData({ abi, bytecode, args }),
  });
  return lower(String(contractAddress));
}

const TOKEN = 'ERC20PresetMinterPauser';

/** A token that `by` may mint. It calls 18 decimals its own; amounts are in its smallest units. */
export const deployToken = (client: AnvilClient, by: PrivateKeyAccount, symbol = 'TEST') =>
  deploy(client, by, openZeppelin(TOKEN), [`${symbol} token`, symbol]);

const tokenCall = (token: Address, functionName: string, args: readonly unknown[]): Call => ({
  to: token,
  data: encodeFunctionData({ abi: openZeppelin(TOKEN).abi, functionName, args }),
});
export const mintCall = (token: Address, { to, units }: Payment) =>
  tokenCall(token, 'mint', [to, units]);
export const transferCall = (token: Address, { to, units }: Payment) =>
  tokenCall(token, 'transfer', [to, units]);

const DISPERSER = 'TimelockController';

/** A contract that holds tokens and, told by `by`, makes many calls in one transaction. */
export const deployDisperser = (client: AnvilClient, by: PrivateKeyAccount) =>
  deploy(client, by, openZeppelin(DISPERSER), [0n, [by.address], [by.address], by.address]);

/** Announces the calls, which is mined, and gives the transaction that makes them all. */
export async function disperseCall(
  client: AnvilClient,
  by: PrivateKeyAccount,
  disperser: Address,
  calls: readonly Call[],
): Promise<Call> {
  const { abi } = openZeppelin(DISPERSER);
  const salt = keccak256(generatePrivateKey());
  const batch = [calls.map(({ to }) => to), calls.map(() => 0n), calls.map(({ data }) => data)];
  const encoded = (functionName: string, ...rest: unknown[]) =>
    encodeFunctionData({ abi, functionName, args: [...batch, zeroHash, salt, ...rest] });
  await perform(client, by, { to: disperser, data: encoded('scheduleBatch', 0n) });
  return { to: disperser, data: encoded('executeBatch') };
}
