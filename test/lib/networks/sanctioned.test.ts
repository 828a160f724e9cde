import { expect, test } from 'vitest';
import { SANCTIONED, SANCTIONS_LIST } from '../../../lib/networks/sanctioned.ts';

test('the list says of when and from where it is', () => {
  expect(new Date(SANCTIONS_LIST.date).toISOString().slice(0, 10)).toBe(SANCTIONS_LIST.date);
  expect(SANCTIONS_LIST.source).toMatch(/^OFAC SDN list/);
});

test('it is whole fingerprints, in order and each once', () => {
  const prints =
    Buffer.from(SANCTIONED, 'base64')
      .toString('hex')
      .match(/.{1,16}/g) ?? [];
  expect(prints.every((print) => print.length === 16)).toBe(true);
  expect(prints).toEqual([...new Set(prints)].sort());
  expect(prints.length).toBeGreaterThan(100);
});
