/** What operators do on an EVM chain for a payout: sign, record, send, by a key or by a Safe. */
import type { Address } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import {
  broadcast,
  type Call,
  type Chosen,
  type Signed,
  send,
  sign,
  transferCall,
} from '../../../infra/local/only-here/chains/evm-contracts.ts';
import { execCall, safeTransaction } from '../../../infra/local/only-here/chains/safe-wallet.ts';
import type { EvmName } from './chains.ts';
import { AMOUNT, type Desk } from './proof-desk.ts';

/** What reverts cannot be estimated. */
export const GAS = 200_000n;

type Paid = { id: string; address: string };
type Payment = { by?: PrivateKeyAccount; token?: Address; units?: bigint } & Chosen;

export const paymentsOn = (desk: Desk, name: EvmName) => {
  const side = () => desk.sides[name];
  const transfer = ({ address }: Paid, { token = side().token, units = AMOUNT }: Payment = {}) =>
    transferCall(token, { to: address as Address, units });
  const record = (id: string, { hash, sender, nonce }: Signed) =>
    desk.attempt(id, { kind: 'evm', hash, sender, nonce });

  return {
    transfer,
    record,
    send: (signed: Signed) => broadcast(side().client, signed),
    mine: () => side().client.mine({ blocks: 1 }),
    /** A claimed payout, and a transaction of a key for it that is recorded and not sent. */
    signed: async (payment: Payment = {}, payout?: Paid) => {
      const paid = payout ?? (await desk.claimed(name));
      const { by = side().payer } = payment;
      const signed = await sign(side().client, by, transfer(paid, payment), payment);
      await record(paid.id, signed);
      return { ...paid, signed };
    },
    /** One of the payer's that nobody has recorded. */
    unrecorded: (call: Call, chosen: Chosen) => send(side().client, side().payer, call, chosen),
    /** A transaction of the Safe for these payouts, recorded; `execute` has a key send it. */
    bySafe: async (payouts: Paid[], calls: Call[], chosen: { safeTxGas?: bigint } = {}) => {
      const { client, contracts, safe, owners, payer } = side();
      const transaction = await safeTransaction(client, contracts, safe, calls as never, chosen);
      const { hash, nonce } = transaction;
      for (const { id } of payouts)
        await desk.attempt(id, { kind: 'safe', safe, nonce, safe_tx_hash: hash });
      const execute = async () =>
        send(client, payer, await execCall(transaction, owners.slice(0, 2)), { gas: 1_000_000n });
      return { transaction, execute };
    },
  };
};
