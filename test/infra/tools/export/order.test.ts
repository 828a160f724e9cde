/** What an export is told by its options and by its stage. */
import { describe, expect, test } from 'vitest';
import { readOrder } from '../../../../infra/tools/export/order.ts';
import { ETHEREUM_USDC, SAFE, SOLANA_USDC } from './payouts.ts';

const tokens = {
  ethereum: { token: ETHEREUM_USDC.toLowerCase(), decimals: 6, chainId: 11155111, safe: SAFE },
  solana: { token: SOLANA_USDC, decimals: 6 },
};
const read = (options: Parameters<typeof readOrder>[0]) =>
  readOrder({ network: 'ethereum', format: 'safe-json', out: 'there', ...options }, () => tokens);

test('all that belongs to the token is found by the stage', () => {
  expect(read({ stage: 'mine' })).toEqual({
    format: 'safe-json',
    out: 'there',
    paying: {
      network: 'ethereum',
      token: ETHEREUM_USDC,
      decimals: 6,
      chainId: 11155111,
      safe: SAFE,
    },
  });
  expect(read({ stage: 'mine', network: 'solana', format: 'solana-csv' }).paying).toEqual({
    network: 'solana',
    token: SOLANA_USDC,
    decimals: 6,
  });
});

test('the Safe is no part of an export that does not name it', () =>
  expect(read({ stage: 'mine', format: 'safe-csv' }).paying).not.toHaveProperty('safe'));

test('saying the same again is no contradiction, in whatever case', () => {
  const same = { token: ETHEREUM_USDC, decimals: '6', 'chain-id': '11155111', safe: SAFE };
  expect(read({ stage: 'mine', ...same })).toEqual(read({ stage: 'mine' }));
});

test.each([
  [{ token: SAFE }, '--token'],
  [{ decimals: '18' }, '--decimals'],
  [{ 'chain-id': '1' }, '--chain-id'],
  [{ safe: ETHEREUM_USDC }, '--safe'],
])('what contradicts the stage is refused: %j', (other, flag) =>
  expect(() => read({ stage: 'mine', ...other })).toThrow(
    new RegExp(`^The stage has .+ and not .+ as ${flag}\\.$`),
  ),
);

describe('without a stage', () => {
  const options = { token: ETHEREUM_USDC, decimals: '6', safe: SAFE };

  test.each([
    ['ethereum', 1],
    ['polygon', 137],
  ])('%s is the main chain %d', (network, chainId) =>
    expect(read({ network, ...options }).paying.chainId).toBe(chainId),
  );

  test('a network that its stage says nothing of is not guessed', () =>
    expect(() => read({ stage: 'mine', network: 'polygon' })).toThrow(
      /^Say with --token and --decimals what is paid on polygon, or set tokens\.polygon /,
    ));
});
