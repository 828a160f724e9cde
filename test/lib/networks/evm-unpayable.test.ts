import { expect, test } from 'vitest';
import { checksummed, isPayableEvmAddress } from '../../../lib/networks/evm.ts';
import { EVM_LISTS, UNPAYABLE_EVM } from '../../../lib/networks/evm-unpayable.ts';

const lists = Object.entries(EVM_LISTS);
const all = lists.flatMap(([, { addresses }]) => addresses);

test.each(lists)('%s has a date, a source, and addresses with a right checksum', (_name, list) => {
  expect(new Date(list.date).toISOString().slice(0, 10)).toBe(list.date);
  expect(list.source.length).toBeGreaterThan(20);
  for (const address of list.addresses)
    expect(`0x${checksummed(address.slice(2).toLowerCase())}`).toBe(address);
});

test('each is refused, in any spelling', () => {
  for (const address of all) {
    const digits = address.slice(2);
    const spelled = [digits, digits.toLowerCase(), digits.toUpperCase()];
    expect(spelled.map((text) => isPayableEvmAddress(`0x${text}`))).toEqual([false, false, false]);
  }
});

test('none stands there twice, and none has a neighbour that is refused with it', () => {
  expect(UNPAYABLE_EVM.size).toBe(all.length);
  for (const digits of UNPAYABLE_EVM) {
    const neighbour = digits.slice(0, -1) + (digits.endsWith('1') ? '2' : '1');
    expect(isPayableEvmAddress(`0x${neighbour}`)).toBe(true);
  }
});

test.each([
  ['USDC', '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'],
  ['USDT', '0xdac17f958d2ee523a2206206994597c13d831ec7'],
  ['DAI', '0x6b175474e89094c44da98b954eedeac495271d0f'],
  ['WETH', '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2'],
  ['WPOL', '0x0d500b1d8e8ef31e21c99d1db9a6444d3adf1270'],
  ['PYUSD', '0x6c3ea9036406852006290770bedfcaba0e23a0e8'],
  ['stETH', '0xae7ab96520de3a18e5e111b5eaab095312d7fe84'],
  ['Polygon’s deposit manager', '0x401f6c983ea34274ec46f84d70b31c151321188b'],
  ['what Safes 1.3.0 are made of', '0xd9db270c1b5e3bd161e8c8503c55ceabee709552'],
  ['the deposit contract', '0x00000000219ab540356cbb839cbe05303d7705fa'],
])('%s is among them', (_name, address) => expect(isPayableEvmAddress(address)).toBe(false));
