import * as v from 'valibot';
import { expect, test } from 'vitest';
import { SpendRequest } from '../../lib/invoice.ts';

const request = { invoice_id: 'invoice-1', amount_micro: 9_007_199_254_740_993n };

test('a spend names its invoice and the exact amount, and nothing else counts', () =>
  expect(v.parse(SpendRequest, { ...request, user_id: 'somebody' })).toEqual(request));

test.each([
  ['without an invoice', { ...request, invoice_id: undefined }],
  ['of an id that is none', { ...request, invoice_id: 'a b' }],
  ['without an amount', { ...request, amount_micro: undefined }],
  ['of nothing', { ...request, amount_micro: 0n }],
  ['of a fraction', { ...request, amount_micro: 1.5 }],
])('a spend %s is none', (_what, body) => expect(v.is(SpendRequest, body)).toBe(false));
