import bs58 from 'bs58';
import { expect, test } from 'vitest';
import { isPayableSolanaAddress } from '../../../lib/networks/solana.ts';
import { SOLANA_LISTS, UNPAYABLE_SOLANA } from '../../../lib/networks/solana-unpayable.ts';

const lists = Object.entries(SOLANA_LISTS);

test.each(lists)(
  '%s has a date, a source, and keys of 32 bytes that are refused',
  (_name, list) => {
    expect(new Date(list.date).toISOString().slice(0, 10)).toBe(list.date);
    expect(list.source.length).toBeGreaterThan(20);
    for (const address of list.addresses) {
      expect([address, bs58.decode(address).length]).toEqual([address, 32]);
      expect([address, isPayableSolanaAddress(address)]).toEqual([address, false]);
    }
  },
);

test('none stands there twice', () =>
  expect(UNPAYABLE_SOLANA.size).toBe(lists.flatMap(([, { addresses }]) => addresses).length));

test.each([
  ['USDC', 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'],
  ['PYUSD', '2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo'],
  ['the memo program', 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'],
  ['the metadata program', 'metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s'],
])('%s is among them', (_name, address) => expect(UNPAYABLE_SOLANA.has(address)).toBe(true));
