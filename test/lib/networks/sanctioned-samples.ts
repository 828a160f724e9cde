/** Addresses of OFAC's SDN list, by network: each has stood there for years. */
export const LISTED = {
  ethereum: '0xd882cFc20F52f2599D84b8e8D58C7FB62cfE344b',
  solana: '42RLPACwZPx3vYYmxSueqsogfynBDqXK298EDsNoyoHi',
} as const;
