/** The secret of the providers: read seldom, and repeated by nobody. */
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type SecretsApi,
  startSecretsApi,
} from '../../../../../infra/local/only-here/secrets-api.ts';
import type { ChainSettings } from '../../../../../lib/chain-settings.ts';
import { UndecidedError } from '../../../../../lib/settlement/on-chain.ts';
import { connectVerifiers } from '../../../../../lib/store/payouts/chain/open-verifiers.ts';
import { stubAws } from '../../../../support/environment.ts';
import { rpcFaults, startRpcProxy } from '../../../../support/rpc-proxy.ts';
import { HASHES, testTime } from '../../../../support/samples.ts';

const KEY = 'k3y-0f-a-pr0v1d3r';
const URLS = [`http://127.0.0.1:9/${KEY}`, `http://127.0.0.2:9/${KEY}`];
const chain: ChainSettings = {
  ...{ token: `0x${'a1'.repeat(20)}`, decimals: 6, senders: [`0x${'b2'.repeat(20)}`], chainId: 1 },
};
const TEN_MINUTES_MS = 600_000;

let secret: string | undefined;
let api: SecretsApi;
let asked: string[];
const time = testTime();

beforeEach(async () => {
  asked = [];
  secret = JSON.stringify({ ethereum: URLS, polygon: URLS });
  api = await startSecretsApi((name) => {
    asked.push(name);
    return secret;
  });
  stubAws('SECRETS_MANAGER', api.url);
  for (const name of ['info', 'warn', 'error', 'log'] as const)
    vi.spyOn(console, name).mockReturnValue();
});
afterEach(async () => {
  for (const name of ['info', 'warn', 'error', 'log'] as const)
    expect(console[name]).not.toHaveBeenCalled();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await api[Symbol.asyncDispose]();
});

const connect = (CHAINS: Record<string, ChainSettings>) =>
  connectVerifiers({ CHAINS, CHAIN_SECRET: 'chains' }, { callTimeoutMs: 100 });

/** What is thrown, which says nothing of the secret. */
async function failure(CHAINS: Record<string, ChainSettings> = { ethereum: chain }) {
  const error = await connect(CHAINS)
    .open({ time })
    .then(
      () => undefined,
      (thrown: Error) => thrown,
    );
  expect(error).toBeInstanceOf(Error);
  const told = [error?.message, error?.stack, String(error?.cause)].join();
  for (const part of [KEY, 'http', '127.0.0']) expect(told).not.toContain(part);
  return error?.message;
}

test('each network has its chain, and what is paid there', async () => {
  const polygon = { ...chain, chainId: 137 };
  const source = connect({ ethereum: chain, polygon });
  expect(source.networks).toEqual(['ethereum', 'polygon']);
  const verifiers = await source.open({ time });
  expect(verifiers).toEqual({
    ethereum: { chain: expect.objectContaining({ fateOf: expect.any(Function) }), paidIn: chain },
    polygon: { chain: expect.anything(), paidIn: polygon },
  });
  expect(asked).toEqual(['chains']);
});

test('it is read at the first call, and again once ten minutes are over', async () => {
  const { open } = connect({ ethereum: chain });
  time.stand();
  expect(api.reads()).toBe(0);
  const first = await open({ time });
  time.advance(TEN_MINUTES_MS - 1);
  expect(await open({ time })).toBe(first);
  expect(api.reads()).toBe(1);
  time.advance(1);
  expect(await open({ time })).not.toBe(first);
  expect(api.reads()).toBe(2);
});

test('what could not be read is read again', async () => {
  const { open } = connect({ ethereum: chain });
  const right = secret;
  secret = undefined;
  await expect(open({ time })).rejects.toThrow();
  secret = right;
  expect(Object.keys(await open({ time }))).toEqual(['ethereum']);
});

test('a provider that never answers is waited for as long as a call may take', async () => {
  const provider = await startRpcProxy('http://127.0.0.1:9/');
  provider.behave(rpcFaults.hangs);
  onTestFinished(provider.close);
  secret = JSON.stringify({ ethereum: [URLS[0], provider.url] });
  const { ethereum } = await connect({ ethereum: chain }).open({ time });
  await expect(ethereum?.chain.sightingOf(HASHES.ethereum)).rejects.toThrow(UndecidedError);
  expect(provider.calls).not.toEqual([]);
}, 5000);

test('without chains nobody reads it', async () => {
  const { networks, open } = connect({});
  expect([networks, await open({ time })]).toEqual([[], {}]);
  expect(api.reads()).toBe(0);
});

describe('one that is wrong is an error, which repeats nothing of it', () => {
  const TWO = 'the secret must hold the URLs of 2 providers or more for each network';
  test.each([
    ['no JSON', `{"ethereum": ["http://x.example/${KEY}"`],
    ['no object', JSON.stringify(URLS)],
    ['one URL', JSON.stringify({ ethereum: URLS.slice(1) })],
    ['no list', JSON.stringify({ ethereum: URLS[0] })],
    ['what is no URL', JSON.stringify({ ethereum: [KEY, KEY] })],
    ['what is no text', JSON.stringify({ ethereum: [1, 2] })],
    ['too little for another network', JSON.stringify({ ethereum: URLS, solana: URLS.slice(1) })],
  ])('%s', async (_what, text) => {
    secret = text;
    expect(await failure()).toBe(TWO);
  });

  test('the same provider twice', async () => {
    for (const other of [URLS[0], `${URLS[0]}/other`]) {
      secret = JSON.stringify({ ethereum: [URLS[0], other] });
      expect(await failure()).toBe(TWO);
    }
  });

  test('a network that it does not have', async () => {
    const message = 'the secret of the providers names none for base';
    expect(await failure({ base: chain })).toBe(message);
  });

  test('a secret that there is not, or that nobody gives', async () => {
    secret = undefined;
    const reads = 'the secret of the providers cannot be read: ';
    expect(await failure()).toBe(`${reads}ResourceNotFoundException`);
    await api[Symbol.asyncDispose]();
    expect(await failure()).toContain(reads);
    api = await startSecretsApi(() => undefined);
  });
});
