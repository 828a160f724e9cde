/** `--file PART`: exactly the payouts that a file of an export pays, once it surely pays them. */
import { basename, dirname, join } from 'node:path';
import { ApiError } from '../../../lib/errors.ts';
import { txHashOn } from '../../../lib/networks/index.ts';
import { withAttempt } from '../../../lib/settlement/attempts.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { livingAttempts } from '../../../lib/settlement/transitions.ts';
import { Problem } from '../../problem.ts';
import { attemptOf } from '../operator/attempt-options.ts';
import type { Values } from '../operator/operator-options.ts';
import type { Send } from '../operator/operator-requests.ts';
import { fileOf, namesOf, readIfThere, readManifest, sha256 } from './manifest.ts';
import { claimant, listMine, readPayouts } from './mine.ts';
import { mustPay } from './must-pay.ts';

/** What is about to be said of all of them. */
type Saying = { command: string; values: Values };

/**
 * The ids of the payouts in the file, in its order, and their sum. Throws a Problem, before anything
 * is changed, unless the file is as it was exported, is what an export of these payouts as the API
 * knows them would be, can be paid by such a transaction, and each is the caller's claim, or is
 * known already to be paid by this one. Those that are sent need no attempt any more: they are
 * counted as `over`, and not among the ids.
 */
export async function payoutsOfPart(
  path: string,
  saying: Saying,
  send: Send,
): Promise<{ ids: string[]; sumMicro: bigint; over: number }> {
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
  if (saying.command === 'attempt') mustPay(manifest, saying.values);
  const [claim] = (await listMine(send, paying.network)).payouts;
  const me = claim && claimant(claim);
  // The list may be behind, so it tells no more than who asks.
  const ids = part.payouts.map(({ id }) => id);
  const payouts = await readPayouts(send, ids);
  for (const payout of payouts) {
    const isMine = payout.status === 'processing' && claimant(payout) === me;
    if (!isMine && !saysSo(payout, saying)) throw notYours(payout);
    if (isMine) mustAgree(payout, saying);
  }
  if (saying.command === 'attempt') mustBeNewToAll(payouts, saying);
  // The text has every amount and address, the order, and the names of the payouts where it can.
  if (fileOf(format, paying, { name: names.name, payouts }).text !== text)
    throw new Problem(`${path} is not what these payouts are now. Nothing was recorded.`);
  const due =
    saying.command === 'attempt' ? payouts.filter(({ status }) => status !== 'sent') : payouts;
  return {
    ids: due.map(({ id }) => id),
    sumMicro: due.reduce((sum, { amount_micro }) => sum + amount_micro, 0n),
    over: payouts.length - due.length,
  };
}

/** Whether the payout, which is no claim, has it already: then saying so again changes nothing. */
function saysSo(payout: PayoutWithHistory, { command, values }: Saying): boolean {
  const { network, status, tx_hash } = payout;
  if (status !== 'sent') return false;
  const hash = txHashOn(network, values.tx ?? '');
  if (command === 'attempt') return livingAttempts(payout).some(({ id }) => id === hash);
  return tx_hash === hash;
}

/** Throws a Problem unless the claim can be said so, by what is known of its attempts. */
function mustAgree(claim: PayoutWithHistory, { command, values }: Saying): void {
  const { id, network, attempts = [] } = claim;
  const { tx = '' } = values;
  const hash = txHashOn(network, tx);
  const known = attempts.find((attempt) => attempt.id === hash);
  if (command === 'attempt') {
    if (known?.state === 'dead')
      throw new Problem(
        `${id}: ${tx} is known to be dead (${known.death?.note}, says ${known.death?.by}). ` +
          'Nothing was recorded; export again.',
      );
    mustBeTaken(claim, values);
    return;
  }
  // What a Safe executes has another hash than what its owners signed.
  const own = attempts.find(({ kind, state }) => kind !== 'safe' && state !== 'dead');
  if (own !== undefined && known === undefined)
    throw new Problem(
      `${id} is to be paid by ${own.id}, and ${tx} is none of its attempts. Nothing was recorded. ` +
        `If that has paid it all the same, say so of it alone: sent ${id} --tx ${tx}`,
    );
}

/** What would pay all of them must not be sent, where one is paid already. */
function mustBeNewToAll(payouts: readonly PayoutWithHistory[], { values }: Saying): void {
  const paid = payouts.find(({ status }) => status === 'sent');
  const isKnown = ({ network, attempts = [] }: PayoutWithHistory) =>
    attempts.some(({ id }) => id === txHashOn(network, values.tx ?? ''));
  if (paid !== undefined && !payouts.every(isKnown))
    throw new Problem(`${paid.id} is sent already, and would be paid again. Nothing was recorded.`);
}

/** By the API's own rule, asked before the first of them is recorded. */
function mustBeTaken(claim: PayoutWithHistory, values: Values): void {
  try {
    withAttempt(claim, attemptOf(values), claimant(claim) ?? '', claim.requested_at);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { attempts = [] } = error.details;
    const beside = attempts.length > 0 ? ` It may be paid by ${attempts.join(', ')}.` : '';
    throw new Problem(`${claim.id}: ${error.message}${beside} Nothing was recorded.`);
  }
}

function notYours({ id, status, history }: PayoutWithHistory): Problem {
  const { by = 'nobody', at = '' } = history.at(-1) ?? {};
  return new Problem(
    `${id} is not your claim: ${status} by ${by} since ${at}. Nothing was recorded.`,
  );
}
