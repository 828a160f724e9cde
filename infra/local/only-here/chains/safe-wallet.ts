/** A Safe 1.4.1 of Safe's own contracts on an anvil: made, signed for by its owners, executed. */
import {
  type Abi,
  type Address,
  concatHex,
  encodeFunctionData,
  encodePacked,
  type Hex,
  hashTypedData,
  parseEventLogs,
  size,
  zeroAddress,
} from 'viem';
import { generatePrivateKey, type PrivateKeyAccount } from 'viem/accounts';
import type { AnvilClient } from './anvil.ts';
import { loadEngine } from './chain-engines.ts';
import { type Call, deploy, lower, perform } from './evm-contracts.ts';

const artifact = (path: string) =>
  loadEngine<{ abi: Abi; bytecode: Hex }>(
    `@safe-global/safe-contracts/build/artifacts/contracts/${path}.json`,
  );
const ARTIFACTS = {
  singleton: 'Safe.sol/Safe',
  factory: 'proxies/SafeProxyFactory.sol/SafeProxyFactory',
  multiSend: 'libraries/MultiSend.sol/MultiSend',
  multiSendCallOnly: 'libraries/MultiSendCallOnly.sol/MultiSendCallOnly',
} as const;

/** The addresses of what all Safes of a chain share. */
export type SafeContracts = Record<keyof typeof ARTIFACTS, Address>;

export async function deploySafeContracts(
  client: AnvilClient,
  by: PrivateKeyAccount,
): Promise<SafeContracts> {
  const contracts: Partial<SafeContracts> = {};
  for (const name of Object.keys(ARTIFACTS) as (keyof SafeContracts)[])
    contracts[name] = await deploy(client, by, artifact(ARTIFACTS[name]));
  return contracts as SafeContracts;
}

/** A new Safe of which so many of the owners have to sign. */
export async function createSafe(
  client: AnvilClient,
  by: PrivateKeyAccount,
  { singleton, factory }: SafeContracts,
  owners: readonly PrivateKeyAccount[],
  threshold: number,
): Promise<Address> {
  const addresses = owners.map(({ address }) => address);
  const nobody = [zeroAddress, '0x', zeroAddress, zeroAddress, 0n, zeroAddress] as const;
  const setup = encodeFunctionData({
    abi: artifact(ARTIFACTS.singleton).abi,
    functionName: 'setup',
    args: [addresses, BigInt(threshold), ...nobody],
  });
  const { abi } = artifact(ARTIFACTS.factory);
  const data = encodeFunctionData({
    abi,
    functionName: 'createProxyWithNonce',
    args: [singleton, setup, BigInt(generatePrivateKey())],
  });
  const { logs } = await perform(client, by, { to: factory, data });
  const [{ args }] = parseEventLogs({ abi, logs, eventName: 'ProxyCreation' }) as unknown as [
    { args: { proxy: string } },
  ];
  return lower(args.proxy);
}

/** What the owners of a Safe sign (EIP-712), and the hash that the Safe knows it by. */
export type SafeTransaction = {
  safe: Address;
  nonce: bigint;
  hash: Hex;
  typedData: ReturnType<typeof safeTypedData>;
};

const CALL = 0;
const DELEGATE_CALL = 1;

/**
 * One call, or many as a batch of MultiSendCallOnly, as Safe's Transaction Builder makes them.
 * `safeTxGas` above 0 lets the Safe tell an inner failure by an event; with 0 it reverts.
 */
export async function safeTransaction(
  client: AnvilClient,
  { multiSendCallOnly }: Pick<SafeContracts, 'multiSendCallOnly'>,
  safe: Address,
  calls: readonly [Call, ...Call[]],
  chosen: { nonce?: bigint; safeTxGas?: bigint } = {},
): Promise<SafeTransaction> {
  const nonce = chosen.nonce ?? (await safeNonce(client, safe));
  const [first, ...rest] = calls;
  const inner =
    rest.length === 0
      ? { ...first, operation: CALL }
      : { to: multiSendCallOnly, data: multiSendOf(calls), operation: DELEGATE_CALL };
  const message = { ...inner, nonce, safeTxGas: chosen.safeTxGas ?? 0n };
  const typedData = safeTypedData(await client.getChainId(), safe, message);
  return { safe, nonce, hash: hashTypedData(typedData), typedData };
}

export async function safeNonce(client: AnvilClient, safe: Address): Promise<bigint> {
  const { abi } = artifact(ARTIFACTS.singleton);
  return (await client.readContract({ address: safe, abi, functionName: 'nonce' })) as bigint;
}

/** The call of `execTransaction` with the signatures of these owners, for anybody to send. */
export async function execCall(
  { safe, typedData }: SafeTransaction,
  signers: readonly PrivateKeyAccount[],
): Promise<Call> {
  // The Safe wants them in the order of their owners' addresses.
  const inOrder = [...signers].sort((a, b) => (lower(a.address) < lower(b.address) ? -1 : 1));
  const signatures = await Promise.all(inOrder.map((owner) => owner.signTypedData(typedData)));
  const { to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver } =
    typedData.message;
  const gas = [safeTxGas, baseGas, gasPrice, gasToken, refundReceiver] as const;
  return {
    to: safe,
    data: encodeFunctionData({
      abi: artifact(ARTIFACTS.singleton).abi,
      functionName: 'execTransaction',
      args: [to, value, data, operation, ...gas, concatHex(signatures)],
    }),
  };
}

const multiSendOf = (calls: readonly Call[]): Hex =>
  encodeFunctionData({
    abi: artifact(ARTIFACTS.multiSendCallOnly).abi,
    functionName: 'multiSend',
    args: [
      concatHex(
        calls.map(({ to, data }) =>
          encodePacked(
            ['uint8', 'address', 'uint256', 'uint256', 'bytes'],
            [CALL, to, 0n, BigInt(size(data)), data],
          ),
        ),
      ),
    ],
  });

const safeTypedData = (
  chainId: number,
  verifyingContract: Address,
  message: Call & { operation: number; safeTxGas: bigint; nonce: bigint },
) => ({
  domain: { chainId, verifyingContract },
  types: {
    SafeTx: [
      { name: 'to', type: 'address' },
      { name: 'value', type: 'uint256' },
      { name: 'data', type: 'bytes' },
      { name: 'operation', type: 'uint8' },
      { name: 'safeTxGas', type: 'uint256' },
      { name: 'baseGas', type: 'uint256' },
      { name: 'gasPrice', type: 'uint256' },
      { name: 'gasToken', type: 'address' },
      { name: 'refundReceiver', type: 'address' },
      { name: 'nonce', type: 'uint256' },
    ],
  } as const,
  primaryType: 'SafeTx' as const,
  message: {
    ...{ value: 0n, baseGas: 0n, gasPrice: 0n },
    ...{ gasToken: zeroAddress, refundReceiver: zeroAddress },
    ...message,
  },
});
