/** The verifiers of a stage: its chains, and the URLs of their providers from where secrets live. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as v from 'valibot';
import type { Chains } from '../../../chain-settings.ts';
import { openChain } from '../../../networks/verify/open-chain.ts';
import { ATTEMPT_TIMEOUT_MS, clientOptions } from '../../dynamodb/store.ts';
import type { Verified, VerifierSource, Verifiers } from './apply-look.ts';

/** Providers are looked up again after it, so that a new key needs no deployment. */
const KEPT_MS = 10 * 60 * 1000;

/** Nobody is believed alone. */
const PROVIDERS_MIN = 2;

/** Two URLs of one host are one provider. */
const Urls = v.record(
  v.string(),
  v.pipe(
    v.array(v.string()),
    v.check((urls) => {
      const hosts = urls.map((url) => URL.parse(url)?.host);
      return !hosts.includes(undefined) && new Set(hosts).size >= PROVIDERS_MIN;
    }),
  ),
);

type Options = { callTimeoutMs?: number };

/**
 * Gives the stage's verifiers, none where it has no networks to verify. The secret is read at the
 * first call and when it has become old. Throws an Error, which never repeats what the secret holds,
 * where it cannot be read or has not two providers for each network.
 */
export function connectVerifiers(
  { CHAINS, CHAIN_SECRET }: Chains,
  { callTimeoutMs = ATTEMPT_TIMEOUT_MS }: Options = {},
): VerifierSource {
  const networks = Object.keys(CHAINS);
  if (networks.length === 0) return { networks, open: async () => ({}) };
  const client = new SecretsManagerClient(clientOptions(ATTEMPT_TIMEOUT_MS));
  let kept: { verifiers: Verifiers; readMs: number } | undefined;
  const open: VerifierSource['open'] = async ({ time }) => {
    if (kept && time.now() - kept.readMs < KEPT_MS) return kept.verifiers;
    const urls = await readUrls(client, CHAIN_SECRET);
    const opened = Object.entries(CHAINS).map(async ([network, settings]) => {
      const ours = urls[network];
      if (!ours) throw new Error(`the secret of the providers names none for ${network}`);
      const chain = await openChain(network, settings, ours, { timeoutMs: callTimeoutMs });
      return [network, { chain, paidIn: settings } satisfies Verified] as const;
    });
    const verifiers: Verifiers = Object.fromEntries(await Promise.all(opened));
    kept = { verifiers, readMs: time.now() };
    return verifiers;
  };
  return { networks, open };
}

/** The errors of the SDK may quote what it was answered, so that only their names are told. */
async function readUrls(client: SecretsManagerClient, name: string) {
  const { SecretString } = await client
    .send(new GetSecretValueCommand({ SecretId: name }))
    .catch((error: Error) => {
      throw new Error(`the secret of the providers cannot be read: ${error.name}`);
    });
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Urls), SecretString);
  if (!parsed.success)
    throw new Error(
      `the secret must hold the URLs of ${PROVIDERS_MIN} providers or more for each network`,
    );
  return parsed.output;
}
