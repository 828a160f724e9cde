/** `claim --next N`: the oldest payouts that wait, one after the other until so many are won. */

import type { ErrorTag } from '../../../lib/errors.ts';
import { escapeHidden } from '../../../lib/hidden-text.ts';
import { describe, EXIT, Problem } from '../../problem.ts';
import { CLAIMED_BEFORE, COMMANDS } from './command-table.ts';
import { LIMIT_MAX } from './operator-options.ts';
import { readListed, readPage } from './operator-output.ts';
import { progressOf, type Session } from './operator-session.ts';
import { filterQuery, fits } from './queue-filters.ts';
import { errorOf, refusalText } from './refusal-text.ts';

/** What says no to this payout alone: it is left to others, and the next one is tried. */
const OF_THIS_ONE: readonly (ErrorTag | undefined)[] = [
  'payout_not_actionable',
  'payout_not_found',
  // One that needs a review first.
  'payout_may_be_sent',
  'approval_required',
  'account_frozen',
];

/** Faults of the service in a row, after which it is not one payout that is at fault. */
const FAULTS_MAX = 3;

/**
 * Prints the id of each payout that this very run has won, and nothing else, for whoever pays it.
 * A claim whose reply was lost, or that turns out to be ours already, may be another worker's under
 * the same name: such a payout is named, and not printed. Gives the exit code.
 */
export async function claimNext(session: Session): Promise<number> {
  const { line, terminal } = session;
  const wanted = Number(line.values.next);
  const report = progressOf(terminal, wanted, 'claimed');
  let won = 0;
  let faults = 0;
  const end = (why: string, exitCode: number): number => {
    terminal.complain(`${won} of ${wanted} claimed${why}.`);
    return exitCode;
  };
  let exitCode: number = EXIT.ok;
  for await (const id of waiting(session, wanted)) {
    if (terminal.stop.aborted) return end(', then stopped', EXIT.failed);
    const outcome = await claim(session, id);
    if (outcome === 'stop' || (outcome === 'fault' && ++faults === FAULTS_MAX))
      return end(', then stopped', EXIT.failed);
    if (outcome !== 'fault') faults = 0;
    if (outcome === 'unsure' || outcome === 'fault') exitCode = EXIT.failed;
    if (outcome === 'won' && ++won === wanted) return end('', exitCode);
    report(won);
  }
  return terminal.stop.aborted
    ? end(', then stopped', EXIT.failed)
    : end('; no more wait', exitCode);
}

type Outcome = 'won' | 'left' | 'unsure' | 'fault' | 'stop';

async function claim(session: Session, id: string): Promise<Outcome> {
  const { line, send, terminal } = session;
  const complain = (text: string) => terminal.complain(`${id}: ${text}`);
  const response = await send(COMMANDS.claim.request(line.values, id)).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error;
    return error;
  });
  if (response instanceof Problem) {
    complain(`${escapeHidden(describe(response))} ${MAY_BE_YOURS}`);
    return 'stop';
  }
  const { ok, status, json, text, replayed } = response;
  if (ok && !replayed) {
    terminal.print(line.values.json ? escapeHidden(text) : id);
    return 'won';
  }
  complain(ok ? CLAIMED_BEFORE : refusalText(status, json));
  if (ok) return 'unsure';
  // Only a 4xx is a definite no: of any other answer nobody knows what was done before it.
  if (status >= 500) complain(MAY_BE_YOURS);
  const tag = errorOf(json);
  if (tag === 'internal') return 'fault';
  return OF_THIS_ONE.includes(tag) ? 'left' : 'stop';
}

const MAY_BE_YOURS =
  'It may be yours now, and is not among the ids printed: show tells. Pay it if no other worker has ' +
  'your name; otherwise release it, so that one of you can claim it.';

/**
 * The ids of what waits and can be read, oldest first, page by page until the person stops. Throws
 * a Problem when a page cannot be had.
 */
async function* waiting({ line, send, terminal, startedMs }: Session, wanted: number) {
  const query = filterQuery(line.values, startedMs);
  const values = { ...line.values, limit: String(Math.min(wanted, LIMIT_MAX)) };
  for (let cursor: string | undefined; ; ) {
    const page = { ...values, ...(cursor && { cursor }) };
    const { ok, status, json } = await send(COMMANDS.queue.request(page, '', { nowMs: startedMs }));
    if (!ok) throw new Problem(refusalText(status, json));
    const { items, next_cursor } = readPage(json);
    for (const item of items.map(readListed))
      if (!('unreadable' in item) && fits(item, query)) yield item.id;
    if (next_cursor === undefined || terminal.stop.aborted) return;
    cursor = next_cursor;
  }
}
