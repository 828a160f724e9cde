/** An anvil with a token, and two providers of it: itself, and a proxy that goes wrong as told. */
import { randomInt } from 'node:crypto';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, afterEach, beforeAll } from 'vitest';
import {
  type AnvilClient,
  anvilClient,
  finalize,
  startAnvil,
} from '../../infra/local/only-here/chains/anvil.ts';
import {
  deployToken,
  fundedAccount,
  lower,
  mintCall,
  perform,
  type Signed,
} from '../../infra/local/only-here/chains/evm-contracts.ts';
import type { SafeTransaction } from '../../infra/local/only-here/chains/safe-wallet.ts';
import type { ChainSettings } from '../../lib/chain-settings.ts';
import { evmChain } from '../../lib/networks/verify/evm-chain.ts';
import { findingOf } from '../../lib/settlement/evidence.ts';
import type { Chain } from '../../lib/settlement/on-chain.ts';
import type { Attempt } from '../../lib/settlement/records.ts';
import { rfc3339 } from '../../lib/time.ts';
import { patience } from './patience.ts';
import { type RpcProxy, startRpcProxy } from './rpc-proxy.ts';

export const CHAIN_ID = 137;
/** Longer than an answer takes on a busy machine. */
const CALL_TIMEOUT_MS = patience(2_000);

type Address = `0x${string}`;

export type EvmNetwork = {
  client: AnvilClient;
  /** Of the first provider, anvil itself. */
  url: string;
  /** The second one. */
  proxy: RpcProxy;
  token: Address;
  /** Holds tokens, and is an allowed sender. */
  payer: PrivateKeyAccount;
  settings: ChainSettings & { senders: string[] };
  chain: Chain;
  /** Another look at the same chain: with less patience, or by other providers. */
  openChain: (options: { timeoutMs?: number; urls?: string[] }) => Chain;
  /** Makes it an allowed sender that holds tokens. */
  fund: (sender: string) => Promise<void>;
  finalize: () => Promise<void>;
  /** What a look finds of the attempt, for a payout of so much to this address. */
  findingOf: (
    attempt: Attempt,
    payout: { address: string; amount_micro: bigint },
  ) => Promise<ReturnType<typeof findingOf>>;
};

/** One for all tests of a file; every test uses keys and addresses of its own. */
export function useEvmNetwork(genesisS?: number): EvmNetwork {
  const network = {} as EvmNetwork;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const anvil = await startAnvil({ chainId: CHAIN_ID, ...(genesisS && { genesisS }) });
    const client = anvilClient(anvil);
    const proxy = await startRpcProxy(anvil.url);
    stop = async () => {
      await proxy.close();
      await anvil.stop();
    };
    const payer = await fundedAccount(client);
    const token = await deployToken(client, payer);
    const settings = { token, decimals: 6, senders: [] as string[], chainId: CHAIN_ID };
    const openChain: EvmNetwork['openChain'] = ({
      timeoutMs = CALL_TIMEOUT_MS,
      urls = [anvil.url, proxy.url],
    }) => evmChain(settings, urls, { timeoutMs });
    const fund = async (sender: string) => {
      settings.senders.push(lower(sender));
      const call = mintCall(token, { to: lower(sender), units: 10n ** 15n });
      await perform(client, payer, call);
    };
    Object.assign(network, {
      client,
      url: anvil.url,
      proxy,
      token,
      payer,
      settings,
      openChain,
      fund,
    });
    network.chain = openChain({});
    network.finalize = () => finalize(client);
    network.findingOf = async (attempt, payout) =>
      findingOf(
        attempt,
        await network.chain.fateOf(attempt),
        { id: PAYOUT_ID, network: 'polygon', ...payout },
        settings,
        () => false,
      );
    await fund(payer.address);
  });
  afterEach(() => network.proxy.behave());
  afterAll(() => stop?.());
  return network;
}

const PAYOUT_ID = '01a2143a-5bde-76f4-850b-2c8c69d4af89';

/** An address that nobody has used before. */
export const freshAddress = (): Address =>
  `0x${Array.from({ length: 40 }, () => randomInt(16).toString(16)).join('')}`;

const attempt = (report: Partial<Attempt> & Pick<Attempt, 'id' | 'kind'>): Attempt => ({
  ...report,
  ...{ state: 'open', by: 'arn:aws:iam::111122223333:user/ann' },
  recorded_at: report.recorded_at ?? rfc3339(Date.now()),
});

/** What is recorded of a transaction that a key signs. */
export const attemptOf = ({ hash, sender, nonce }: Signed, more: Partial<Attempt> = {}): Attempt =>
  attempt({ id: hash, kind: 'evm', sender, nonce, hash, ...more });

/** What is recorded of one that the owners of a Safe sign. */
export const safeAttemptOf = (
  { hash, safe, nonce }: SafeTransaction,
  more: Partial<Attempt> = {},
): Attempt => attempt({ id: hash, kind: 'safe', safe, nonce, safe_tx_hash: hash, ...more });
