/** What operators know of a payout: a claim that is given up, four eyes, and a user held back. */
import { HASHES, PATHS, PAYOUT_REQUEST } from '../../support/samples.ts';
import type { Operator } from './rights.ts';
import type { Asked } from './stack.ts';

export interface Office {
  userId: string;
  cookie: string;
  /** Who pays, and who decides what that one must not. */
  payer: Operator;
  second: Operator;
  /** A request, and of its answer the status and a part. */
  step: (
    name: string,
    request: string,
    asked: Asked,
    status: number,
    part?: object,
  ) => Promise<unknown>;
  /** The id of a new payout of this amount. */
  request: (name: string, amountMicro: bigint) => Promise<string>;
}

/** Gives the payout that they paid in the end, with its steps. */
export async function settleThrough(office: Office): Promise<[id: string, steps: string[]]> {
  const { payer, second, step } = office;
  const amount_micro = PAYOUT_REQUEST.amount_micro as bigint;
  const id = await office.request('a request to be settled', amount_micro);
  const decide = (
    name: string,
    path: string,
    as: Operator,
    body: object,
    status: number,
    part = {},
  ) => step(name, `POST ${PATHS.queue}/${id}/${path}`, { as, body }, status, part);

  const { address } = PAYOUT_REQUEST;
  const approval = { by: second.arn, amount_micro };
  await decide('an approval', 'approved', second, { amount_micro, address }, 200, { approval });
  const toPay = { error: 'approval_required' };
  await decide('a claim by who approved', 'processing', second, {}, 403, toPay);
  await decide('a claim by another', 'processing', payer, {}, 200, { status: 'processing' });
  const attempt = { kind: 'solana', signature: HASHES.solana, last_valid_block_height: 7 };
  await decide('an attempt', 'attempts', payer, attempt, 200, { attempts: [{ state: 'open' }] });
  const note = { note: 'no signature by block 8' };
  const mayBeSent = { error: 'payout_may_be_sent', attempts: [HASHES.solana] };
  await decide('its failure too early', 'failed', payer, note, 409, mayBeSent);
  const dead = { ...note, dead: [HASHES.solana] };
  const buried = { attempts: [{ state: 'dead' }], reviewed: { by: second.arn } };
  await decide('a review by the payer', 'reviewed', payer, dead, 403, toPay);
  await decide('a review by another', 'reviewed', second, dead, 200, buried);
  await decide('a release', 'released', payer, note, 200, { status: 'requested' });
  await decide('a claim again', 'processing', payer, {}, 200, { status: 'processing' });

  await hold('frozen', 200);
  const asked = { cookie: office.cookie, body: PAYOUT_REQUEST };
  const held = { error: 'account_frozen' };
  await step('a request of who is frozen', `POST ${PATHS.payouts}`, asked, 403, held);
  const body = { tx_hash: HASHES.solana };
  await decide('the payment of what was claimed', 'sent', payer, body, 200, { status: 'sent' });
  await hold('thawed', 200);
  return [id, ['requested', 'processing', 'requested', 'processing', 'sent']];

  function hold(how: 'frozen' | 'thawed', status: number) {
    const path = `POST ${PATHS.users}/${office.userId}/${how}`;
    const said = { by: second.arn, note: 'a trial' };
    return step(`a user ${how}`, path, { as: second, body: { note: 'a trial' } }, status, {
      [how]: said,
    });
  }
}
