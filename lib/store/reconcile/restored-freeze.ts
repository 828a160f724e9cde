/** What a restore does about a user who is, or may be, frozen: it thaws nobody. */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { Freeze } from '../../account.ts';
import { rfc3339 } from '../../time.ts';
import type { Item } from '../dynamodb/read.ts';
import { FROM_EVENT } from './archived-events.ts';

const NOTE = 'Restored: the account may have been frozen since the backup. Thaw it if it was not.';

/**
 * Whether the live account says what was decided about its user last. It does not where it is gone,
 * or cannot be read in this, or holds another decision than the backup under the very same mark.
 */
export const keepsFreeze = (live: Item | undefined, backup: Item | undefined): boolean =>
  v.is(v.looseObject(Freeze.entries), live) &&
  (live.freeze_mark === backup?.freeze_mark
    ? isDeepStrictEqual(live.frozen, backup?.frozen)
    : live.freeze_mark !== undefined);

/** The attributes that freeze an account which does not say that it need not be. */
export function restoredFreeze(
  live: Item | undefined,
  backup: Item | undefined,
  mark: string,
  nowMs: number,
): Item {
  if (keepsFreeze(live, backup)) return {};
  const said = v.safeParse(Freeze, backup ?? {});
  const { frozen, thawed } = said.success ? said.output : {};
  return {
    frozen: frozen ?? { by: FROM_EVENT, at: rfc3339(nowMs), note: NOTE },
    ...(thawed && { thawed }),
    freeze_mark: mark,
  };
}
