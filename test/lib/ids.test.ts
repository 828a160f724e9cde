import { expect, test } from 'vitest';
import { newId } from '../../lib/ids.ts';

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
