/**
 * Programs and mints of Solana that keep what is sent to them, but for those whose name ends in
 * ones (solana.ts). Each list says from where and when it was taken, which is in no bundle.
 */
import type { AddressList } from './evm-unpayable.ts';

const PROGRAMS = [
  'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', // Token
  'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb', // Token-2022
  'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL', // Associated token accounts
  'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr', // Memo
  'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo', // Memo, its first version
  'metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s', // Token metadata
];

const MINTS = [
  '9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP', // Wrapped SOL of Token-2022
  'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v', // USDC
  'Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB', // USDT
  '2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo', // PYUSD
  'USDSwr9ApdHk5bvJKMjzff41FfuX8bSxdKcR81vTwcA', // USDS
  '2u1tszSeqZ3qBWF3uNGPFc8TzMk2tdiwknnRMWGWjGWH', // USDG
  'HzwqbKZw8HxMN6bF2yFZNrht3c2iXXzpKcFu7uBEDKtr', // EURC
  '7vfCXTUXx5WJV5JADk17DUJ4ksgau7utNKj4b963voxs', // Ether, by Wormhole
  '3NZ9JMVBmGAqocybic2c7LQCJScmgsAZ6vQqTDzcqmJh', // WBTC, by Wormhole
  'cbbtcf3aa214zXHbiAZQwf4122FBYbraNdFqgw4iMij', // cbBTC
  'mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So', // mSOL
  'J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn', // JitoSOL
  'JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN', // JUP
  'DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263', // BONK
];

export const UNPAYABLE_SOLANA: ReadonlySet<string> = new Set([...PROGRAMS, ...MINTS]);

/** Where each list is from. */
export const SOLANA_LISTS: Readonly<Record<string, AddressList>> = {
  programs: {
    source: 'each in ten or more public repositories under its own name',
    date: '2026-11-27',
    addresses: PROGRAMS,
  },
  mints: {
    source: 'each in two or more public repositories under its own symbol',
    date: '2026-11-27',
    addresses: MINTS,
  },
};
