/**
 * The chains of `CHAINS=1 npm start`: a treasury on each network, the stage that names what is paid
 * and by whom, and the secret with the URLs of their providers.
 */
import { type Network, networkNames } from '../../../../lib/networks/index.ts';
import { isEvm } from '../../../../lib/networks/token.ts';
import { Problem } from '../../../problem.ts';
import { checkStage, type Settings } from '../../../settings.ts';
import { STAGES } from '../../../stages.ts';
import type { LocalHandlers } from '../../gateway/gateway.ts';
import type { LocalStack } from '../../template/local-stack.ts';
import { startSecretsApi } from '../secrets-api.ts';
import { missingEngines } from './chain-engines.ts';
import { type LocalChain, secondUrlOf } from './local-chain.ts';
import { keyTreasury, safeTreasury, startLocalEvm } from './local-evm.ts';
import { startLocalSolana } from './local-solana.ts';
import { payerRoutes } from './payer.ts';

/** From here on, and so no main chain's numbers: what is signed here is nothing there. */
const CHAIN_IDS = 31_336;

/** A Safe pays on Ethereum, and a key everywhere else. */
const startOn = (network: Network, at: number): Promise<LocalChain> => {
  if (!isEvm(network)) return startLocalSolana();
  return startLocalEvm(CHAIN_IDS + at, network === 'ethereum' ? safeTreasury : keyTreasury);
};

const SECRET = 'local/providers';

/** So that nobody waits a minute for what is final, as on AWS. */
const SETTLE_EVERY = 'rate(5 seconds)';

export type LocalChains = AsyncDisposable & {
  /** The stage `personal`, asking these chains. */
  settings: Settings;
  /** The stack of these settings, as it runs here. */
  settling: (stack: LocalStack) => LocalStack;
  routes: (apiUrl: () => string) => LocalHandlers;
  /** Resolves when one of the nodes is no more, on purpose or not. */
  ended: Promise<void>;
};

/** Throws a Problem that says what is missing and what installs it. */
export async function startChains(): Promise<LocalChains> {
  const missing = missingEngines('evm', 'solana');
  if (missing) throw new Problem(missing);
  await using opened = new AsyncDisposableStack();
  const starts = await Promise.allSettled(networkNames.map(startOn));
  for (const start of starts)
    if (start.status === 'fulfilled') opened.defer(() => start.value.stop());
  const chains = Object.fromEntries(
    starts.map((start, at) => {
      if (start.status === 'rejected') throw start.reason;
      return [networkNames[at], start.value];
    }),
  ) as Record<Network, LocalChain>;
  const ofEach = <Value>(read: (chain: LocalChain) => Value) =>
    Object.fromEntries(networkNames.map((network) => [network, read(chains[network])])) as Record<
      Network,
      Value
    >;
  const urls = ofEach(({ url }) => [url]);
  for (const network of networkNames) {
    const second = opened.use(await secondUrlOf(chains[network].url));
    urls[network].push(second.url);
  }
  const secret = JSON.stringify(urls);
  const secrets = opened.use(
    await startSecretsApi((name) => (name === SECRET ? secret : undefined)),
  );
  const nodes = networkNames.flatMap((network) => chains[network].ended ?? []);
  const all = opened.move();
  return {
    settings: checkStage('personal', {
      ...STAGES.personal,
      tokens: ofEach(({ token }) => token),
      verifiers: { secret: SECRET, senders: ofEach(({ senders }) => senders) },
    }),
    settling: (stack) => settling(stack, secrets.url),
    routes: (apiUrl) => payerRoutes(chains, apiUrl),
    ended: Promise.race(nodes),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Functions find the secret, and what is final is settled sooner. */
function settling(stack: LocalStack, secretsUrl: string): LocalStack {
  const functions = stack.functions.map((lambda) => ({
    ...lambda,
    environment: { ...lambda.environment, AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl },
  }));
  const schedules = stack.events.schedules.map((schedule) =>
    schedule.functionName === 'SettleByChain'
      ? { ...schedule, expression: SETTLE_EVERY }
      : schedule,
  );
  return { ...stack, functions, events: { ...stack.events, schedules } };
}
