/** The chains that the proofs run on, and who pays there: two providers of each, which may go wrong. */
import type { KeyPairSigner } from '@solana/kit';
import type { Address } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import {
  type AnvilClient,
  anvilClient,
  finalize,
  startAnvil,
} from '../../../infra/local/only-here/chains/anvil.ts';
import {
  deployDisperser,
  deployToken,
  fundedAccount,
  lower,
  mintCall,
  perform,
} from '../../../infra/local/only-here/chains/evm-contracts.ts';
import {
  createSafe,
  deploySafeContracts,
  type SafeContracts,
} from '../../../infra/local/only-here/chains/safe-wallet.ts';
import {
  fundedSigner,
  issueToken,
  mint,
  type Token,
} from '../../../infra/local/only-here/chains/solana-contracts.ts';
import {
  finalize as finalizeSolana,
  type Solana,
  startSolana,
} from '../../../infra/local/only-here/chains/solana-rpc.ts';
import type { ChainSettings } from '../../../lib/chain-settings.ts';
import { type RpcProxy, startRpcProxy } from '../../support/rpc-proxy.ts';

const CHAIN_IDS = { ethereum: 1, polygon: 137 } as const;
export type EvmName = keyof typeof CHAIN_IDS;

/** As USDC has, so that a unit is a micro-unit. */
export const DECIMALS = 6;
const PLENTY = 10n ** 13n;

type Started = {
  settings: ChainSettings;
  providers: [RpcProxy, RpcProxy];
  finalize: () => Promise<void>;
  stop: () => Promise<void>;
};

export type EvmSide = Started & {
  client: AnvilClient;
  token: Address;
  /** Worth nothing to anybody, and held by all who pay. */
  otherToken: Address;
  /** A key that pays. */
  payer: PrivateKeyAccount;
  /** One that holds tokens, and does not pay for us. */
  stranger: PrivateKeyAccount;
  contracts: SafeContracts;
  /** Two of three owners sign. */
  owners: PrivateKeyAccount[];
  safe: Address;
  /** A contract that holds tokens and pays many at once; the payer may tell it to. */
  disperser: Address;
};

export async function startEvm(name: EvmName): Promise<EvmSide> {
  const chainId = CHAIN_IDS[name];
  const anvil = await startAnvil({ chainId });
  const client = anvilClient(anvil);
  const providers = await twoOf(anvil.url);
  const [payer, stranger] = [await fundedAccount(client), await fundedAccount(client)];
  const owners = await Promise.all([1, 2, 3].map(() => fundedAccount(client)));
  const contracts = await deploySafeContracts(client, payer);
  const safe = await createSafe(client, payer, contracts, owners, 2);
  const disperser = await deployDisperser(client, payer);
  const [token, otherToken] = [await deployToken(client, payer), await deployToken(client, payer)];
  for (const to of [lower(payer.address), lower(stranger.address), safe, disperser])
    for (const each of [token, otherToken])
      await perform(client, payer, mintCall(each, { to, units: PLENTY }));
  return {
    settings: {
      token,
      decimals: DECIMALS,
      senders: [lower(payer.address), safe, disperser],
      chainId,
    },
    ...{
      providers,
      client,
      token,
      otherToken,
      payer,
      stranger,
      contracts,
      owners,
      safe,
      disperser,
    },
    finalize: () => finalize(client),
    stop: async () => {
      for (const proxy of providers) await proxy.close();
      await anvil.stop();
    },
  };
}

export type SolanaSide = Started & { solana: Solana; token: Token; payer: KeyPairSigner };

const HOUR_S = 3600;
const SLOTS_IN_A_SECOND = 2.5;

export async function startLitesvm(): Promise<SolanaSide> {
  // A node that remembers the hour before, and whose clock is right.
  const genesisS = Math.floor(Date.now() / 1000) - HOUR_S;
  const solana = await startSolana({ genesisS });
  solana.advance(1, HOUR_S * SLOTS_IN_A_SECOND);
  const providers = await twoOf(solana.url);
  const token = await issueToken(solana, { decimals: DECIMALS });
  const payer = await fundedSigner(solana);
  await mint(solana, token, payer.address, PLENTY);
  return {
    settings: { token: token.mint, decimals: DECIMALS, senders: [payer.address] },
    ...{ providers, solana, token, payer },
    finalize: async () => finalizeSolana(solana),
    stop: async () => {
      for (const proxy of providers) await proxy.close();
      await solana.stop();
    },
  };
}

const twoOf = async (url: string): Promise<[RpcProxy, RpcProxy]> => [
  await startRpcProxy(url),
  await startRpcProxy(url),
];

/** As the secret of the providers holds them. */
export const urlsOf = ({ providers }: Started): string[] => providers.map(({ url }) => url);
