import { describe, expect, test } from 'vitest';
import { isTxHash, networkNames, networks } from '../../../lib/networks/index.ts';
import { ADDRESSES, HASHES } from '../../support/samples.ts';

test('a payout goes to one of these networks', () =>
  expect(networkNames).toEqual(expect.arrayContaining(Object.keys(ADDRESSES))));

test('a hash is checked by the rules of its network, and loosely on one that is not here', () => {
  expect(isTxHash('solana', HASHES.solana)).toBe(true);
  expect(isTxHash('solana', HASHES.ethereum)).toBe(false);
  expect(isTxHash('dogecoin', HASHES.ethereum)).toBe(true);
  expect(isTxHash('dogecoin', 'two words')).toBe(false);
});

describe.each(Object.keys(ADDRESSES) as (keyof typeof ADDRESSES)[])('%s', (name) => {
  const other = name === 'solana' ? 'ethereum' : 'solana';
  const own = name === 'solana' ? 'solana' : 'ethereum';

  test('pays its own addresses, and those of no other kind of network', () => {
    expect(networks[name].isPayable(ADDRESSES[name])).toBe(true);
    expect(networks[name].isPayable(ADDRESSES[other])).toBe(false);
  });

  test('knows its own hashes, and those of no other kind of network', () => {
    expect(networks[name].isTxHash(HASHES[own])).toBe(true);
    expect(networks[name].isTxHash(HASHES[other])).toBe(false);
  });
});
