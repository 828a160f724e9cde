/** `export`: the caller's claims as files for whatever program pays them. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Network } from '../../../lib/networks/index.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { livingAttempts } from '../../../lib/settlement/transitions.ts';
import { Problem } from '../../problem.ts';
import type { Send } from '../operator/operator-requests.ts';
import { type Claims, judge, showEarlier } from './earlier.ts';
import { formatOf, split } from './formats.ts';
import { filesOf, type Manifest, readFolder } from './manifest.ts';
import { claimant, listMine, readPayouts } from './mine.ts';
import type { Order } from './order.ts';
import { type Output, show } from './output.ts';
import type { Paying } from './part.ts';
import { prepareFolder, writeWhole } from './write-whole.ts';

/**
 * Writes all that the caller has claimed on the network, and for which no attempt lives, into files
 * of one transaction each, and prints their paths. What an export in the folder has already stays
 * there alone until its attempt is recorded: so repeating this, whenever it was stopped, makes the
 * same files and no others. Gives the exit code; throws a Problem, with nothing printed, for a
 * payout that cannot be paid like this, or that stands in two files.
 */
export async function exportPayouts(order: Order, send: Send, output: Output): Promise<number> {
  const { format, paying, out } = order;
  const { manifests, leftovers } = await readFolder(out);
  const { claims, listed } = await readClaims(send, paying.network, manifests, output);
  const payable = listed.filter(isPayable);
  for (const payout of payable) refuseLoss(payout, paying);

  const earlier = judge(manifests, claims);
  const exported = new Set(earlier.flatMap(({ ids }) => ids));
  const fresh = payable.filter(({ id }) => !exported.has(id));
  const { manifest, files } = filesOf(
    format,
    paying,
    split(fresh, paying.network, formatOf(format)),
  );
  const orphans = leftovers.filter((name) => !files.some(({ file }) => file === name));
  if (orphans.length > 0)
    output.complain(
      'Left over from an export that broke off; nobody must pay from them, so remove them: ' +
        orphans.join(' '),
    );
  if (fresh.length > 0) {
    await prepareFolder(out);
    if (!isDeepStrictEqual((await readFolder(out)).manifests, manifests))
      throw new Problem(`Another export into ${out} was made meanwhile. Repeat this one.`);
    for (const { file, text } of files) await writeWhole(join(out, file), text);
    // Of two that write at the same moment, whichever looks last sees the other's.
    judge((await readFolder(out)).manifests, claims);
  }
  const code = await showEarlier(earlier, order, output);
  show(manifest.parts, out, output);
  if (fresh.length + exported.size === 0) output.complain('There is nothing to export.');
  return code;
}

const isPayable = (payout: PayoutWithHistory): boolean =>
  livingAttempts(payout).length === 0 && !payout.review;

/**
 * The caller's claims as they are now: all that are listed, and those beside them in files of
 * earlier exports. The list may be behind, so it decides nothing but where to look.
 */
async function readClaims(
  send: Send,
  network: Network,
  manifests: readonly Manifest[],
  { complain }: Output,
): Promise<{ claims: Claims; listed: PayoutWithHistory[] }> {
  const { payouts, unreadable } = await listMine(send, network);
  if (unreadable > 0) complain(`${unreadable} payouts cannot be read, and are in no file.`);
  const ids = new Set(payouts.map(({ id }) => id));
  const beside = manifests
    .flatMap(({ parts }) => parts.map((part) => part.payouts.map(({ id }) => id)))
    .filter((part) => part.some((id) => ids.has(id)));
  const now = await readPayouts(send, [...new Set([...ids, ...beside.flat()])]);
  const me = payouts[0] && claimant(payouts[0]);
  const mine = now.filter((payout) => payout.status === 'processing' && claimant(payout) === me);
  const inReview = mine.filter(({ review }) => review).map(({ id }) => id);
  if (inReview.length > 0)
    complain(`These need a review, and nobody pays them: ${inReview.join(' ')}`);
  const claims = new Map(mine.map((payout) => [payout.id, payout]));
  return { claims, listed: mine.filter(({ id }) => ids.has(id)) };
}

/** What is sent there is lost, or pays nobody. */
function refuseLoss({ id, address }: PayoutWithHistory, { token, safe }: Paying): void {
  const same = (other: string) => other.toLowerCase() === address.toLowerCase();
  if (same(token)) throw new Problem(`The payout ${id} goes to the token itself; fail it.`);
  if (safe !== undefined && same(safe))
    throw new Problem(`The payout ${id} goes to the Safe that pays; fail it.`);
}
