/** `export`: the caller's claims as files for whatever program pays them. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { livingAttempts } from '../../../lib/settlement/transitions.ts';
import { EXIT, Problem } from '../../problem.ts';
import type { Send } from '../operator/operator-requests.ts';
import { money } from '../text-table.ts';
import { formatOf, split } from './formats.ts';
import { filesOf, type Manifest, readFolder, readIfThere, sha256 } from './manifest.ts';
import { listMine } from './mine.ts';
import type { Order } from './order.ts';
import type { Paying } from './part.ts';
import { prepareFolder, writeWhole } from './write-whole.ts';

export interface Output {
  /** For programs: a line for each file. */
  print: (text: string) => void;
  /** For people. */
  complain: (text: string) => void;
}

/**
 * Writes all that the caller has claimed on the network, and for which no attempt lives, into files
 * of one transaction each, and prints their paths. What an export in the folder has already stays
 * there alone until its attempt is recorded: so repeating this, whenever it was stopped, makes the
 * same files and no others. Gives the exit code; throws a Problem, with nothing written, for a
 * payout that cannot be paid like this.
 */
export async function exportPayouts(order: Order, send: Send, output: Output): Promise<number> {
  const { format, paying, out } = order;
  const { payouts, unreadable } = await listMine(send, paying.network);
  if (unreadable > 0) output.complain(`${unreadable} payouts cannot be read, and are in no file.`);
  const payable = payouts.filter((payout) => livingAttempts(payout).length === 0);
  for (const payout of payable) refuseLoss(payout, paying);

  const { manifests, leftovers } = await readFolder(out);
  const earlier = manifests.map((manifest) => stillWaiting(manifest, payable));
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
  const code = await showEarlier(earlier, order, output);
  if (fresh.length === 0) {
    if (exported.size === 0) output.complain('There is nothing to export.');
    return code;
  }
  await prepareFolder(out);
  for (const { file, text } of files) await writeWhole(join(out, file), text);
  show(manifest.parts, out, output);
  return code;
}

/** What is sent there is lost, or pays nobody. */
function refuseLoss({ id, address }: PayoutWithHistory, { token, safe }: Paying): void {
  const same = (other: string) => other.toLowerCase() === address.toLowerCase();
  if (same(token)) throw new Problem(`The payout ${id} goes to the token itself; fail it.`);
  if (safe !== undefined && same(safe))
    throw new Problem(`The payout ${id} goes to the Safe that pays; fail it.`);
}

type Earlier = { manifest: Manifest; parts: Manifest['parts']; ids: string[] };

/** What nobody has used of an earlier export: payouts without an attempt since, and their parts. */
function stillWaiting(manifest: Manifest, payable: readonly PayoutWithHistory[]): Earlier {
  const attempts = new Map(payable.map(({ id, attempts = [] }) => [id, attempts.length]));
  const waits = (payout: Manifest['parts'][number]['payouts'][number]) =>
    (attempts.get(payout.id) ?? Number.POSITIVE_INFINITY) <= payout.attempts;
  const parts = manifest.parts.filter(({ payouts }) => payouts.some(waits));
  const ids = parts.flatMap(({ payouts }) => payouts.filter(waits).map(({ id }) => id));
  return { manifest, parts, ids };
}

/** Shows the earlier files that still wait, which have to be whole. Gives the exit code. */
async function showEarlier(
  earlier: Earlier[],
  { format, paying, out }: Order,
  output: Output,
): Promise<number> {
  let code: number = EXIT.ok;
  for (const { manifest, parts } of earlier.filter(({ parts }) => parts.length > 0)) {
    for (const part of parts) await mustBeWhole(join(out, part.file), part.sha256);
    const names = parts.map(({ file }) => file).join(' ');
    if (isDeepStrictEqual([manifest.format, manifest.paying], [format, paying])) {
      output.complain(`Exported before, and no attempt is recorded: ${names}`);
      show(parts, out, output);
    } else {
      output.complain(
        `Exported before in another way, and no attempt is recorded: ${names}. ` +
          'Pay from those, or remove them and their manifest if nobody ever will, and repeat.',
      );
      code = EXIT.failed;
    }
  }
  return code;
}

async function mustBeWhole(path: string, hash: string): Promise<void> {
  const text = await readIfThere(path);
  if (text === undefined || sha256(text) !== hash)
    throw new Problem(`${path} is not what was exported; remove that export's files and repeat.`);
}

/** Their paths, for programs; how much they pay, for people. */
function show(parts: Manifest['parts'], out: string, { print, complain }: Output): void {
  for (const { file, payouts } of parts) {
    const sum = payouts.reduce((total, { amount_micro }) => total + amount_micro, 0n);
    complain(`${file}: ${payouts.length} payouts, ${money(sum)} in all`);
    print(join(out, file));
  }
}
