import { expect, test } from 'vitest';
import { fingerprint, openSanctions } from '../../../lib/networks/sanctions.ts';
import { ADDRESSES } from '../../support/samples.ts';
import { LISTED } from './sanctioned-samples.ts';

const isSanctioned = await openSanctions(true);

test.each(Object.entries(LISTED))('what the list has of %s is found', (_network, address) =>
  expect(isSanctioned(address)).toBe(true),
);

test('on EVM chains in any spelling, on Solana as it is', () => {
  const { ethereum, solana } = LISTED;
  const spelled = [ethereum.toLowerCase(), `0x${ethereum.slice(2).toUpperCase()}`];
  expect(spelled.map(isSanctioned)).toEqual([true, true]);
  expect(isSanctioned(solana.toLowerCase())).toBe(false);
});

test.each(Object.values(ADDRESSES))('%s is on no list', (address) =>
  expect(isSanctioned(address)).toBe(false),
);

test('where it is switched off, nothing is', async () => {
  const isSanctioned = await openSanctions(false);
  expect(Object.values(LISTED).map(isSanctioned)).toEqual([false, false]);
});

test('a fingerprint is the start of the SHA-256', () =>
  // printf 0xd882cfc20f52f2599d84b8e8d58c7fb62cfe344b | sha256sum
  expect(fingerprint('0xd882cFc20F52f2599D84b8e8D58C7FB62cfE344b')).toBe('edfcbca7f20a33a1'));
