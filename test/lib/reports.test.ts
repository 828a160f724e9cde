import * as v from 'valibot';
import { expect, test } from 'vitest';
import { SentReport, UnpaidReport } from '../../lib/reports.ts';

test('of an unpaid end its note is told, trimmed', () => {
  expect(v.parse(UnpaidReport, { note: ' no gas ', by: 'me' })).toEqual({ note: 'no gas' });
  for (const report of [{}, { note: '' }, { note: 5 }])
    expect(v.is(UnpaidReport, report)).toBe(false);
});

test('of a paid one its hash is told, whatever the network says of it; a missing one is empty', () => {
  expect(v.parse(SentReport, { tx_hash: '0xabc', by: 'me' })).toEqual({ tx_hash: '0xabc' });
  expect(v.parse(SentReport, {})).toEqual({ tx_hash: '' });
  for (const tx_hash of [null, 5]) expect(v.is(SentReport, { tx_hash })).toBe(false);
});
