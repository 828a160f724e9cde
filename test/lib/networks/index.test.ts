import { describe, expect, test } from 'vitest';
import {
  addressOn,
  attemptKindsOn,
  isPayableOn,
  networkNames,
  txHashOn,
} from '../../../lib/networks/index.ts';
import { ADDRESSES, HASHES } from '../../support/samples.ts';

test('a payout goes to one of these networks', () =>
  expect(networkNames).toEqual(expect.arrayContaining(Object.keys(ADDRESSES))));

test('a hash is checked by the rules of its network, and loosely on one that is not here', () => {
  expect(txHashOn('solana', HASHES.solana)).toBe(HASHES.solana);
  expect(txHashOn('solana', HASHES.ethereum)).toBe(undefined);
  expect(txHashOn('dogecoin', 'D0ge')).toBe('D0ge');
  expect(txHashOn('dogecoin', 'two words')).toBe(undefined);
  expect(txHashOn('dogecoin', 'x'.repeat(129))).toBe(undefined);
});

test('a transaction is told before it is sent as its network tells it', () => {
  expect(attemptKindsOn('solana')).toEqual(['solana']);
  for (const network of ['ethereum', 'polygon'])
    expect(attemptKindsOn(network)).toEqual(['evm', 'safe']);
  for (const network of ['dogecoin', 'constructor']) expect(attemptKindsOn(network)).toEqual([]);
});

test('an address has one spelling, which is its own where case means something', () => {
  const spelled = '0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6';
  for (const network of ['ethereum', 'polygon'])
    expect(addressOn(network, spelled)).toBe(spelled.toLowerCase());
  for (const network of ['solana', 'dogecoin']) expect(addressOn(network, spelled)).toBe(spelled);
  expect(addressOn('solana', ADDRESSES.solana)).toBe(ADDRESSES.solana);
  expect(addressOn('ethereum', 'what was stored once')).toBe('what was stored once');
});

describe.each(Object.keys(ADDRESSES) as (keyof typeof ADDRESSES)[])('%s', (name) => {
  const other = name === 'solana' ? 'ethereum' : 'solana';
  const own = name === 'solana' ? 'solana' : 'ethereum';

  test('pays its own addresses, and those of no other kind of network', () => {
    expect(isPayableOn(name, ADDRESSES[name])).toBe(true);
    expect(isPayableOn(name, ADDRESSES[other])).toBe(false);
  });

  test('knows its own hashes, and those of no other kind of network', () => {
    expect(txHashOn(name, HASHES[own])).toBe(HASHES[own]);
    expect(txHashOn(name, HASHES[other])).toBe(undefined);
  });
});
