/** What earlier exports into a folder still have to pay, and what nobody must pay from again. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import { EXIT, Problem } from '../../problem.ts';
import { type Manifest, readIfThere, sha256, type ToldPart, VOID } from './manifest.ts';
import type { Order } from './order.ts';
import { type Output, show } from './output.ts';

/** By their ids, the payouts that are the caller's claims at this moment. */
export type Claims = ReadonlyMap<string, PayoutWithHistory>;

export interface Earlier {
  manifest: Manifest;
  /** Those parts of which a payout waits to be paid from them, and none is over. */
  whole: ToldPart[];
  /** Those of which a payout waits, but others are over. */
  broken: { part: ToldPart; over: string[] }[];
  /** The payouts that wait in one or the other, which are in no other file. */
  ids: string[];
}

/**
 * How a payout stands since it was exported: it waits, an attempt to pay it is recorded, or it is
 * over: somebody else's by now, ended, waiting for a review, or with an attempt that died, so that
 * it is to be paid by another file, if at all.
 */
function standing({ id, attempts }: ToldPart['payouts'][number], claims: Claims) {
  const claim = claims.get(id);
  if (claim === undefined || claim.review) return 'over';
  const since = (claim.attempts ?? []).slice(attempts);
  if (since.some(({ state }) => state === 'dead')) return 'over';
  return since.length === 0 ? 'waits' : 'tried';
}

const idsThat = (wanted: ReturnType<typeof standing>, { payouts }: ToldPart, claims: Claims) =>
  payouts.filter((payout) => standing(payout, claims) === wanted).map(({ id }) => id);

/** Throws a Problem where a payout stands in two files, of which either could be paid from. */
export function judge(manifests: readonly Manifest[], claims: Claims): Earlier[] {
  refuseOverlap(manifests, claims);
  return manifests.map((manifest) => {
    const waiting = manifest.parts.filter((part) => idsThat('waits', part, claims).length > 0);
    const judged = waiting.map((part) => ({ part, over: idsThat('over', part, claims) }));
    return {
      manifest,
      whole: judged.filter(({ over }) => over.length === 0).map(({ part }) => part),
      broken: judged.filter(({ over }) => over.length > 0),
      ids: waiting.flatMap((part) => idsThat('waits', part, claims)),
    };
  });
}

/** Two exports at one time, of which each listed other claims, can have made such files. */
function refuseOverlap(manifests: readonly Manifest[], claims: Claims): void {
  const holders = new Map<string, ToldPart>();
  for (const part of manifests.flatMap(({ parts }) => parts)) {
    for (const told of part.payouts.filter((told) => standing(told, claims) !== 'over')) {
      const { file } = part;
      const other = holders.get(told.id) ?? part;
      const isUsed = [part, other].every((each) => idsThat('waits', each, claims).length === 0);
      if (other.file !== file && !isUsed)
        throw new Problem(
          `The payout ${told.id} is in ${other.file} and in ${file}, so pay from neither. ` +
            `${SURE_OF_NONE} of one of them, name that one ...${VOID}, and repeat.`,
        );
      holders.set(told.id, part);
    }
  }
}

const SURE_OF_NONE = 'Once it is sure that nobody has paid or will pay any';

/**
 * Shows the files from which all that is left can be paid; they have to be whole, and made in the
 * way of this order. The others are named to people alone. Gives the exit code.
 */
export async function showEarlier(
  earlier: readonly Earlier[],
  { format, paying, out }: Order,
  output: Output,
): Promise<number> {
  let code: number = EXIT.ok;
  for (const { manifest, whole, broken } of earlier) {
    for (const { part, over } of broken) {
      output.complain(
        `${part.file}: nobody must pay from it again, as these of its payouts are no longer yours ` +
          `to pay, or were attempted in vain: ${over.join(' ')}. Say sent of those that were paid. ` +
          `${SURE_OF_NONE} of the others from it, name it ${part.file}${VOID}, and repeat.`,
      );
      code = EXIT.failed;
    }
    if (whole.length === 0) continue;
    for (const part of whole) await mustBeWhole(join(out, part.file), part);
    const names = whole.map(({ file }) => file).join(' ');
    if (isDeepStrictEqual([manifest.format, manifest.paying], [format, paying])) {
      output.complain(`Exported before, and no attempt is recorded for all of it: ${names}`);
      show(whole, out, output);
    } else {
      output.complain(
        `Exported before in another way, and no attempt is recorded for all of it: ${names}. ` +
          `Pay from those; or, ${lowerFirst(SURE_OF_NONE)} from one, name it ...${VOID}, and repeat.`,
      );
      code = EXIT.failed;
    }
  }
  return code;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

async function mustBeWhole(path: string, part: ToldPart): Promise<void> {
  const text = await readIfThere(path);
  if (text === undefined || sha256(text) !== part.sha256)
    throw new Problem(
      `${path} is not what was exported. Bring that back; or, ${lowerFirst(SURE_OF_NONE)} from ` +
        `it, let ${part.file}${VOID} stand in its place, and repeat.`,
    );
}
