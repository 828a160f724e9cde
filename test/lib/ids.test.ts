import * as v from 'valibot';
import { expect, test } from 'vitest';
import { firstIdAt, isStoredUuid, mayBeOurs, newId, Uuid } from '../../lib/ids.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

test('a thousand ids of one millisecond are different, and random in every place', () => {
  const ids = Array.from({ length: 1000 }, () => newId(NOW));
  expect(new Set(ids).size).toBe(1000);
  // The last digits are random alone; each hex digit is missing among a thousand with a chance of
  // 1e-28.
  for (let place = 24; place < 36; place++)
    expect(new Set(ids.map((id) => id.charAt(place))).size).toBe(16);
});

test('ids sort by the time of their making', () => {
  const ids = [0, 1, 1000, 86_400_000].map((later) => newId(NOW + later));
  expect(ids.toSorted()).toEqual(ids);
});

test('an id in either case is one id; what is no UUID is none', () => {
  expect(v.parse(Uuid, '01A204D3-28e0-7285-b278-86BB311F921E')).toBe(
    '01a204d3-28e0-7285-b278-86bb311f921e',
  );
  expect(v.is(Uuid, 'reward-1')).toBe(false);
});

test('an id is stored in lower case alone', () => {
  expect(isStoredUuid('01a204d3-28e0-7285-b278-86bb311f921e')).toBe(true);
  expect(isStoredUuid('01a204d3-28e0-7285-b278-86bb311f921E')).toBe(false);
  expect(isStoredUuid('reward-1')).toBe(false);
});

test('an id may be one of ours if it has our version', () => {
  expect(mayBeOurs(newId(NOW))).toBe(true);
  for (const other of [
    '9b2e4c1e-8d0a-4f6b-9a51-1d7c30b2f8aa',
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '01a204d3-28e0-0285-b278-86bb311f921e',
    '01a204d3-28e0-7285-7278-86bb311f921e',
  ])
    expect(mayBeOurs(other)).toBe(false);
});

test('the first id of a moment sorts before all of it, and behind all that was made before', () => {
  for (const moment of [NOW, 0x1_00_00_00_00, 2 ** 40 - 1]) {
    const first = firstIdAt(new Date(moment).toISOString());
    expect(newId(moment - 1) < first && first < newId(moment)).toBe(true);
  }
  expect(firstIdAt('0000-01-01T00:00:00.000Z') < newId(0)).toBe(true);
});
