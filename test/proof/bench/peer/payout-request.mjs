/** The body of a payout request, checked by zod. */
import bs58 from 'bs58';
import { z } from 'zod';

const MIN_PAYOUT_MICRO = Number(process.env.MIN_PAYOUT_MICRO);

const isAddress = ({ network, address }) =>
  network === 'solana'
    ? bs58.decodeUnsafe(address)?.length === 32
    : /^0x[0-9a-fA-F]{40}$/.test(address);

export const PayoutRequest = z
  .object({
    amount_micro: z.number().int().positive(),
    network: z.enum(['solana', 'ethereum', 'polygon']),
    address: z.string().min(1).max(64),
  })
  .refine(({ amount_micro }) => amount_micro >= MIN_PAYOUT_MICRO, {
    params: { tag: 'payout_below_min' },
  })
  .refine(isAddress, { params: { tag: 'payout_address_invalid' } });
