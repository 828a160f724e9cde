/** Who is frozen after a restore: all who were, and all who may have been. */
import { expect, test } from 'vitest';
import { keepsFreeze, restoredFreeze } from '../../../../lib/store/reconcile/restored-freeze.ts';

type Item = Record<string, unknown>;

const NOW = Date.parse('2026-03-01T00:00:00.000Z');
const at = '2026-02-01T00:00:00.000Z';
const frozen = { by: 'bob', at, note: 'stolen' };
const thawed = { by: 'eve', at, note: 'found' };
const isFrozen = { frozen, freeze_mark: '1' };
const isThawed = { thawed, freeze_mark: '2' };
const byRestore = {
  ...{ by: 'restored', at: '2026-03-01T00:00:00.000Z' },
  note: expect.stringContaining('Thaw it if it was not'),
};
const after = (live: Item | undefined, backup: Item | undefined) =>
  restoredFreeze(live, backup, 'mark', NOW);

test.each<[string, Item, Item | undefined]>([
  ['was frozen since', isFrozen, {}],
  ['was frozen since it came', isFrozen, undefined],
  ['was thawed since', isThawed, isFrozen],
  ['was frozen again since', { ...isFrozen, freeze_mark: '3', thawed }, isThawed],
  ['is as it was', isFrozen, isFrozen],
  ['was never frozen', {}, {}],
  ['came since', {}, undefined],
])('an account stays as it is that %s', (_what, live, backup) => {
  expect(keepsFreeze(live, backup)).toBe(true);
  expect(after(live, backup)).toEqual({});
});

test.each<[string, Item | undefined, Item | undefined, Item]>([
  ['is lost, and was frozen', undefined, isFrozen, { frozen }],
  ['is lost: it may have been frozen since', undefined, {}, { frozen: byRestore }],
  ['is lost, and in no backup', undefined, undefined, { frozen: byRestore }],
  ['is lost, and had been thawed', undefined, isThawed, { frozen: byRestore, thawed }],
  ['does not say any more that it is', {}, isFrozen, { frozen }],
  ['does not say any more that it was', {}, isThawed, { frozen: byRestore, thawed }],
  ['lost the freeze alone', { freeze_mark: '1' }, isFrozen, { frozen }],
  ['is frozen by nobody', { frozen }, {}, { frozen: byRestore }],
  ['cannot be read', { frozen: 'yes', freeze_mark: '1' }, {}, { frozen: byRestore }],
  ['has a backup that cannot be read', undefined, { frozen: 'yes' }, { frozen: byRestore }],
])('an account comes back frozen that %s', (_what, live, backup, expected) => {
  expect(keepsFreeze(live, backup)).toBe(false);
  expect(after(live, backup)).toEqual({ ...expected, freeze_mark: 'mark' });
});
