import { expect, test } from 'vitest';
import { chainIdOf, isEvm, wrongInToken } from '../../../lib/networks/token.ts';

const evm = { token: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', decimals: 6 };
const safe = '0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6';
/** USDC's mint, to which nobody should send anything, and which is no less a mint. */
const solana = { token: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v', decimals: 6 };

test.each([
  ['ethereum', { ...evm, safe }],
  ['polygon', { ...evm, token: evm.token.toLowerCase(), chainId: 80002 }],
  ['ethereum', { ...evm, chainId: 1 }],
  ['polygon', { ...evm, chainId: 137 }],
  ['ethereum', { ...evm, decimals: 0 }],
  ['ethereum', { ...evm, decimals: 36 }],
  ['solana', solana],
] as const)('on %s it can be %j', (network, token) =>
  expect(wrongInToken(network, token)).toBe(undefined),
);

test.each([
  ['ethereum', { ...evm, token: solana.token }, 'token'],
  ['ethereum', { ...evm, token: evm.token.replace('A0b', 'a0b') }, 'token'],
  ['ethereum', { ...evm, decimals: 6.5 }, 'decimals'],
  ['ethereum', { ...evm, decimals: -1 }, 'decimals'],
  ['ethereum', { ...evm, decimals: 37 }, 'decimals'],
  ['ethereum', { ...evm, chainId: 0 }, 'chainId'],
  ['ethereum', { ...evm, chainId: 1.5 }, 'chainId'],
  ['ethereum', { ...evm, safe: 'me' }, 'safe'],
  ['solana', { ...solana, token: evm.token }, 'token'],
  ['solana', { ...solana, token: solana.token.slice(3) }, 'token'],
  ['solana', { ...solana, token: '1'.repeat(45) }, 'token'],
  ['solana', { ...solana, chainId: 1 }, 'chainId'],
  ['polygon', { ...evm, chainId: 1 }, 'chainId'],
  ['ethereum', { ...evm, chainId: 137 }, 'chainId'],
  ['solana', { ...solana, safe }, 'safe'],
] as const)('on %s it cannot be %j', (network, token, field) =>
  expect(wrongInToken(network, token)).toMatchObject({ field, value: Object(token)[field] }),
);

test('a chain is the main one of its name, unless another is set', () => {
  expect(chainIdOf('ethereum', evm)).toBe(1);
  expect(chainIdOf('polygon', evm)).toBe(137);
  expect(chainIdOf('ethereum', { ...evm, chainId: 11155111 })).toBe(11155111);
  expect(chainIdOf('solana', solana)).toBe(undefined);
  expect((['ethereum', 'polygon', 'solana'] as const).map(isEvm)).toEqual([true, true, false]);
});

test('what is wrong is said in words', () => {
  const must = (network: 'ethereum' | 'polygon' | 'solana', more: object) =>
    wrongInToken(network, { ...(network === 'solana' ? solana : evm), ...more })?.must;
  expect([
    must('ethereum', { token: '' }),
    must('solana', { token: '' }),
    must('ethereum', { decimals: -1 }),
    must('solana', { chainId: 5 }),
    must('polygon', { chainId: 1 }),
    must('solana', { safe }),
  ]).toEqual([
    'must be 0x and 40 hex digits, in one case or with a right checksum',
    'must be 32 bytes',
    'must be from 0 to 36',
    'must be a positive number on an EVM chain',
    'must not be another network’s',
    'must be the address of a Safe on an EVM chain',
  ]);
});
