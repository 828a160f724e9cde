/** What pays on the chains of this machine, and how far each payment has come. */
import { fields, list, micro, text } from '../../../../../../sdk/typescript/src/fields.ts';
import { PAYOUTS, signing } from './operator-api.ts';
import type { Send } from './send.ts';

export interface ChainPayment {
  readonly payoutId: string;
  readonly network: string;
  /** What the attempt is called at the payout. */
  readonly attempt: string;
  readonly transaction: string;
  /** The number of its block, on Solana its slot; undefined while it is in none. */
  readonly block?: bigint;
  readonly confirmations: bigint;
  /** So many make it final. */
  readonly finalAfter: bigint;
}

/** What the service made of a payment, once it has looked; undefined before. */
export type Verdict = { readonly is: 'sent' | 'dead' | 'review'; readonly why: string };

export type ChainApi = ReturnType<typeof chainApi>;

export function chainApi(send: Send, accessKey: () => string) {
  const signed = signing(send, accessKey);
  return {
    /** Claims, records and sends, as the operator of the key; `fails` sends what is reverted. */
    pay: (payoutId: string, fails: boolean): Promise<unknown> => {
      const operator = accessKey().replace(/^local-?/, '') || undefined;
      const body = JSON.stringify({ payout_id: payoutId, operator, fails });
      const headers = { 'content-type': 'application/json' };
      return send('/_local/payments', { method: 'POST', headers, body }, fields);
    },
    /** The newest first. */
    payments: () => send('/_local/payments', {}, (reply) => list(fields(reply).items, readPayment)),
    verdictOn: ({ payoutId, attempt }: ChainPayment): Promise<Verdict | undefined> =>
      signed('GET', `${PAYOUTS}/${payoutId}`, undefined, (reply) => readVerdict(reply, attempt)),
  };
}

function readPayment(reply: unknown): ChainPayment {
  const { payout_id, network, attempt, transaction, ...wire } = fields(reply);
  const { hash, safe_tx_hash, signature } = fields(attempt);
  const { block, confirmations, final_after } = wire;
  return {
    payoutId: text(payout_id),
    network: text(network),
    attempt: text(safe_tx_hash ?? hash ?? signature),
    transaction: text(transaction),
    ...(block !== undefined && { block: micro(block) }),
    confirmations: block === undefined ? 0n : micro(confirmations),
    finalAfter: micro(final_after),
  };
}

function readVerdict(reply: unknown, id: string): Verdict | undefined {
  const { evidence, attempts, review } = fields(reply);
  const attempt = list(attempts, fields).find((each) => each.id === id);
  if (evidence !== undefined && attempt?.state === 'landed') {
    const { position, block } = fields(evidence);
    return { is: 'sent', why: `its evidence is transfer ${position} of block ${block}` };
  }
  if (attempt?.proof !== undefined) {
    const { cause, height } = fields(attempt.proof);
    return { is: 'dead', why: `${cause}, as is final at ${height}: it may be given back` };
  }
  return review === undefined ? undefined : { is: 'review', why: text(fields(review).why) };
}
