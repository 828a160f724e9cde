/** `--file PART`: exactly the payouts that a file of an export pays, once it surely pays them. */
import { basename, dirname, join } from 'node:path';
import { txHashOn } from '../../../lib/networks/index.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { Problem } from '../../problem.ts';
import type { Send } from '../operator/operator-requests.ts';
import { fileOf, namesOf, readIfThere, readManifest, sha256 } from './manifest.ts';
import { listMine, readPayout } from './mine.ts';

/** What is about to be said of all of them: the command, and its transaction. */
type Saying = { command: string; tx?: string | undefined };

/**
 * The ids of the payouts in the file, in its order, and their sum. Throws a Problem, before anything
 * is changed, unless the file is as it was exported, is what an export of these payouts as the API
 * knows them would be, and each is the caller's claim, or is known already to be paid by this
 * transaction.
 */
export async function payoutsOfPart(
  path: string,
  saying: Saying,
  send: Send,
): Promise<{ ids: string[]; sumMicro: bigint }> {
  const names = namesOf(basename(path));
  if (names === undefined) throw new Problem(`${path} is not named like a file of an export.`);
  const manifestPath = join(dirname(path), names.manifestFile);
  const manifest = await readManifest(manifestPath);
  if (manifest === undefined)
    throw new Problem(`${manifestPath} is missing: that export is not whole. Export again.`);
  const part = manifest.parts.find(({ file }) => file === basename(path));
  if (part === undefined) throw new Problem(`${manifestPath} knows nothing of ${path}.`);
  const text = await readIfThere(path);
  if (text === undefined) throw new Problem(`${path} is not there.`);
  if (sha256(text) !== part.sha256)
    throw new Problem(`${path} was changed since it was exported. Nothing was recorded.`);

  const { format, paying } = manifest;
  const mine = await listMine(send, paying.network);
  const claims = new Map(mine.payouts.map((payout) => [payout.id, payout]));
  const payouts: PayoutWithHistory[] = [];
  for (const { id } of part.payouts) {
    const claim = claims.get(id);
    const payout = claim ?? (await readPayout(send, id));
    if (claim === undefined && !saysSo(payout, saying)) throw notYours(payout);
    payouts.push(payout);
  }
  // The text has every amount and address, the order, and the names of the payouts where it can.
  if (fileOf(format, paying, { name: names.name, payouts }).text !== text)
    throw new Problem(`${path} is not what these payouts are now. Nothing was recorded.`);
  return {
    ids: payouts.map(({ id }) => id),
    sumMicro: payouts.reduce((sum, { amount_micro }) => sum + amount_micro, 0n),
  };
}

/** Whether the payout has it already: then saying so again changes nothing. */
function saysSo(payout: PayoutWithHistory, { command, tx = '' }: Saying): boolean {
  const { network, status, tx_hash, attempts = [] } = payout;
  const hash = txHashOn(network, tx);
  if (command === 'attempt') return attempts.some(({ id }) => id === hash);
  return status === 'sent' && tx_hash === hash;
}

function notYours({ id, status, history }: PayoutWithHistory): Problem {
  const { by = 'nobody', at = '' } = history.at(-1) ?? {};
  return new Problem(
    `${id} is not your claim: ${status} by ${by} since ${at}. Nothing was recorded.`,
  );
}
