/** What is asked of the chains of a stage: apart from `config.ts`, which every function carries. */
import * as v from 'valibot';
import { readConfig } from './config.ts';

const Name = v.pipe(v.string(), v.nonEmpty());

/** What is asked of a network's chain: settlement/on-chain.ts, and the number of an EVM chain. */
const ChainSettings = v.object({
  token: Name,
  decimals: v.pipe(v.number(), v.integer(), v.minValue(0)),
  senders: v.pipe(v.array(Name), v.minLength(1)),
  chainId: v.optional(v.number()),
});
export type ChainSettings = v.InferOutput<typeof ChainSettings>;

const Chains = v.pipe(v.string(), v.parseJson(), v.record(v.string(), ChainSettings));

export type Chains = {
  /** By network: `{"solana": {"token": ...}}`. */
  CHAINS: v.InferOutput<typeof Chains>;
  CHAIN_SECRET: string;
};

/** The chains that are asked, and the name of the secret of their providers. Throws as `readConfig`. */
export function readChains(): Chains {
  const { CHAINS, CHAIN_SECRET } = readConfig('CHAINS', 'CHAIN_SECRET');
  const parsed = v.safeParse(Chains, CHAINS);
  if (!parsed.success) throw new Error('The environment variable CHAINS is missing or malformed.');
  return { CHAINS: parsed.output, CHAIN_SECRET };
}
