import bs58 from 'bs58';
import { afterEach, expect, test, vi } from 'vitest';
import {
  exampleAddress,
  exampleHash,
  formsOf,
} from '../../../../../infra/local/only-here/playground/page/forms/example-values.ts';
import { isPayableOn, type Network, networkNames } from '../../../../../lib/networks/index.ts';

/** With a line for each of two more, as the README has a reader add one. */
const LIKE: Record<string, Network> = { base: 'ethereum', eclipse: 'solana' };
const offered = [...networkNames, ...Object.keys(LIKE)];
const isPayable = (network: string, address: string) =>
  network !== 'carrier' && isPayableOn(LIKE[network] ?? (network as Network), address);

vi.stubGlobal('NETWORK_FORMS', formsOf([...offered, 'carrier'], isPayable));
afterEach(() => void vi.restoreAllMocks());

test.each(offered)('%s has an address that it pays to', (name) =>
  expect(isPayable(name, exampleAddress(name) ?? '')).toBe(true),
);

test.each([
  ['solana', 64],
  ['eclipse', 64],
])('a hash on %s is one of %i bytes, also where these begin with zero', (name, bytes) => {
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => array);
  expect(bs58.decode(exampleHash(name) ?? '')).toEqual(new Uint8Array(bytes));
});

test.each(['ethereum', 'polygon', 'base'])('a hash on %s is one of 32 bytes', (name) => {
  expect(exampleHash(name)).toMatch(/^0x[0-9a-f]{64}$/);
  expect(exampleHash(name)).not.toBe(exampleHash(name));
});

test.each(['carrier', 'no-network', 'toString'])('%s has none rather than a wrong one', (name) => {
  expect(exampleAddress(name)).toBeUndefined();
  expect(exampleHash(name)).toBeUndefined();
});
