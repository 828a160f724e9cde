/** The payouts that whoever asks has claimed, as the API lists them. */
import * as v from 'valibot';
import type { Network } from '../../../lib/networks/index.ts';
import { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { Problem } from '../../problem.ts';
import { readPage } from '../operator/operator-output.ts';
import type { Send } from '../operator/operator-requests.ts';
import { refusalText } from '../operator/refusal-text.ts';

const PAYOUTS = '/v1/admin/referrals/payouts';
/** The API's largest page. */
const LIMIT = '200';

/**
 * All of them on this network, oldest first; `unreadable` are those of which the API can tell no
 * more than the id. Throws a Problem when the API refuses, or lists what is not the caller's.
 */
export async function listMine(
  send: Send,
  network: Network,
): Promise<{ payouts: PayoutWithHistory[]; unreadable: number }> {
  const payouts: PayoutWithHistory[] = [];
  let unreadable = 0;
  let cursor: string | undefined;
  do {
    const query = { status: 'processing', mine: 'true', network, limit: LIMIT };
    const response = await send({
      method: 'GET',
      path: PAYOUTS,
      query: { ...query, ...(cursor !== undefined && { cursor }) },
    });
    if (!response.ok) throw new Problem(refusalText(response.status, response.json));
    const page = readPage(response.json);
    for (const item of page.items) {
      const { success, output } = v.safeParse(PayoutWithHistory, item);
      if (!success) unreadable += 1;
      else if (output.network === network) payouts.push(output);
    }
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  // An API from before `mine` would list everybody's, as it passes over what it does not know.
  if (new Set(payouts.map(claimant)).size > 1)
    throw new Problem(
      'The API lists claims of others as yours: deploy it again before you export.',
    );
  return { payouts, unreadable };
}

/** Whoever brought the payout where it is; of one that is `processing`, who has claimed it. */
export const claimant = ({ history }: PayoutWithHistory): string | undefined => history.at(-1)?.by;

/** Far fewer than a route takes in a second. */
const AT_ONCE = 8;

/** The payouts as they are now, where a list may be behind. Throws as `readPayout` does. */
export async function readPayouts(
  send: Send,
  ids: readonly string[],
): Promise<PayoutWithHistory[]> {
  const payouts: PayoutWithHistory[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE);
    payouts.push(...(await Promise.all(some.map((id) => readPayout(send, id)))));
  }
  return payouts;
}

/** The payout as it is now. Throws a Problem when the API refuses, or cannot read it. */
async function readPayout(send: Send, id: string): Promise<PayoutWithHistory> {
  const response = await send({ method: 'GET', path: `${PAYOUTS}/${id}` });
  if (!response.ok) throw new Problem(`${id}: ${refusalText(response.status, response.json)}`);
  const { success, output } = v.safeParse(PayoutWithHistory, response.json);
  if (!success) throw new Problem(`${id}: the answer is not what this program knows.`);
  return output;
}
