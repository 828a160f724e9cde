/** A chain that functions ask: an anvil that stands for polygon, and the secret of its providers. */
import { beforeAll } from 'vitest';
import { missingEngines } from '../../infra/local/only-here/chains/chain-engines.ts';
import { send, transferCall } from '../../infra/local/only-here/chains/evm-contracts.ts';
import { startSecretsApi } from '../../infra/local/only-here/secrets-api.ts';
import { type EvmNetwork, useEvmNetwork } from './evm-network.ts';

/** The functions that ask chains. */
const ASKING = ['MarkPayoutSent', 'SettleByChain', 'ReconcileOutflow'] as const;

export type AskedChain = EvmNetwork & {
  /** Pays by a key of ours; no block is mined for it. */
  pay: (to: string, units: bigint) => ReturnType<typeof send>;
};

/**
 * One for all tests of a file, which is told to the functions by `environment`, once it runs: use it
 * before the service. Undefined where the engine is missing.
 */
export function useAskedChain(
  environment: Record<string, Record<string, string>>,
): AskedChain | undefined {
  if (missingEngines('evm')) return undefined;
  const network = useEvmNetwork();
  const chain = network as AskedChain;
  beforeAll(async () => {
    const urls = [network.client.transport.url, network.proxy.url];
    const secrets = await startSecretsApi(() => JSON.stringify({ polygon: urls }));
    for (const name of ASKING)
      environment[name] = {
        ...environment[name],
        CHAINS: JSON.stringify({ polygon: network.settings }),
        CHAIN_SECRET: 'chains',
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      };
    chain.pay = (to, units) => {
      const call = transferCall(network.token, { to: to as `0x${string}`, units });
      return send(network.client, network.payer, call);
    };
    return () => secrets[Symbol.asyncDispose]();
  });
  return chain;
}
