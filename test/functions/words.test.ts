/** What an error says beside its tag: which field, what to change, and nothing that was sent. */
import { describe, expect, test } from 'vitest';
import { networkNames } from '../../lib/networks/index.ts';
import { HASHES, PATHS, PAYOUT_REQUEST } from '../support/samples.ts';
import { useService } from '../support/service.ts';
import { useOpenPayout } from './open-payout.ts';

const service = useService();
const given = useOpenPayout(service);

/** Nothing of it may come back in an error. */
const HOSTILE = '\u202e<script>\u001b[2J';

const AMOUNT = 'it must be a JSON integer of micro-units from 1 to 9223372036854775807.';
const NETWORK = `it must be one of ${networkNames.join(', ')}.`;
const NOTE = 'it must be a string of 1 to 500 characters of which people see at least one.';
const HASH =
  'it must be the hash of a transaction on the network of the payout, and no placeholder.';
const CURSOR = 'it must be the next_cursor of the page before, to the letter.';

/** The error of an answer without what is the same in all of them. */
const said = ({ json }: { json: unknown }) => {
  const { message, request_id, ...rest } = json as Record<string, unknown>;
  expect(request_id).toEqual(expect.any(String));
  return { ...rest, message };
};

const invalid = (field: string, wrong: string) => ({
  error: 'invalid_args',
  field,
  message: `The value of ${field} ${wrong}`,
});

const post = (path: string, body: unknown, headers = {}) =>
  service.request('POST', path, { cookie: given.session.cookie, body: body as object, headers });

describe('a payout request is told which field is wrong, and how', () => {
  const { amount_micro: _, ...withoutAmount } = PAYOUT_REQUEST;
  test.each([
    ['no object', [1], invalid('body', 'has the wrong type; it must be a JSON object.')],
    ['no amount', withoutAmount, invalid('amount_micro', `is missing; ${AMOUNT}`)],
    [
      'an amount in quotes',
      { ...PAYOUT_REQUEST, amount_micro: '25000000' },
      invalid('amount_micro', `has the wrong type; ${AMOUNT}`),
    ],
    [
      'half a micro-unit',
      { ...PAYOUT_REQUEST, amount_micro: 1.5 },
      invalid('amount_micro', `has the wrong type; ${AMOUNT}`),
    ],
    [
      'nothing to pay',
      { ...PAYOUT_REQUEST, amount_micro: 0 },
      invalid('amount_micro', `is not allowed; ${AMOUNT}`),
    ],
    [
      'another network',
      { ...PAYOUT_REQUEST, network: HOSTILE },
      invalid('network', `is not allowed; ${NETWORK}`),
    ],
    [
      'an empty address',
      { ...PAYOUT_REQUEST, address: '' },
      invalid('address', 'is not allowed; it must be a string that is not empty.'),
    ],
    [
      'too little',
      { ...PAYOUT_REQUEST, amount_micro: 1 },
      {
        error: 'payout_below_min',
        min_payout_micro: 10_000_000n,
        message: 'The amount is below the minimum payout.',
      },
    ],
  ])('%s', async (_name, body, error) =>
    expect(said(await post(PATHS.payouts, body))).toEqual(error),
  );

  test('a key', async () =>
    expect(said(await post(PATHS.payouts, PAYOUT_REQUEST, { 'idempotency-key': 'a b' }))).toEqual(
      invalid(
        'idempotency-key',
        'is not allowed; it must be 1 to 255 visible ASCII characters without a comma.',
      ),
    ));

  test('an invoice', async () =>
    expect(said(await post(PATHS.spend, { invoice_id: HOSTILE, amount_micro: 1 }))).toEqual(
      invalid(
        'invoice_id',
        'is not allowed; it must be a string of 1 to 128 visible ASCII characters.',
      ),
    ));
});

describe('a body that cannot be read is told why', () => {
  const TYPE = 'The header content-type must say application/json, in UTF-8 if it says so.';
  test.each([
    ['of another type', '{}', 'text/plain', TYPE],
    ['in another charset', '{}', 'application/json; charset=utf-16', TYPE],
    [
      'that is too large',
      `"${'x'.repeat(4096)}"`,
      'application/json',
      'The request body must not have more than 4 KiB.',
    ],
    [
      'that is no JSON',
      '{',
      'application/json',
      'The request body must be a JSON document of at most 4 KiB.',
    ],
  ])('one %s', async (_name, body, type, message) =>
    expect(said(await post(PATHS.payouts, body, { 'content-type': type }))).toEqual({
      error: 'invalid_json',
      message,
    }),
  );
});

describe('lists', () => {
  test.each([PATHS.payouts, PATHS.rewards])('%s names a wrong cursor', async (path) =>
    expect(
      said(await service.request('GET', `${path}?cursor=x`, { cookie: given.session.cookie })),
    ).toEqual(invalid('cursor', `is not allowed; ${CURSOR}`)),
  );

  test.each([
    [
      `status=${encodeURIComponent(HOSTILE)}`,
      invalid('status', 'is not allowed; it must be one of requested, processing.'),
    ],
    ['cursor=%E2%80%AE', invalid('cursor', `is not allowed; ${CURSOR}`)],
  ])('the queue names what is wrong with %s', async (query, error) =>
    expect(said(await service.operator()('GET', `${PATHS.queue}?${query}`))).toEqual(error),
  );
});

describe('an operator is told', () => {
  test.each([
    ['failed', {}, invalid('note', `is missing; ${NOTE}`)],
    ['failed', { note: 5 }, invalid('note', `has the wrong type; ${NOTE}`)],
    ['cancelled', { note: 'x'.repeat(501) }, invalid('note', `is too long; ${NOTE}`)],
    ['cancelled', { note: '\u200b' }, invalid('note', `is not allowed; ${NOTE}`)],
    ['sent', { tx_hash: 5 }, invalid('tx_hash', `has the wrong type; ${HASH}`)],
    ['sent', { tx_hash: HASHES.ethereum }, invalid('tx_hash', `is not allowed; ${HASH}`)],
    ['sent', { tx_hash: HOSTILE }, invalid('tx_hash', `is not allowed; ${HASH}`)],
  ])('of %s %j what is wrong', async (step, body, error) =>
    expect(said(await given.operate(step, body))).toEqual(error),
  );

  test('who holds a payout since when, and its owner only the status', async () => {
    const claimed = await given.operate('processing', undefined, 'ann');
    const { history } = claimed.json as unknown as { history: { at: string; by: string }[] };
    const { at, by } = history[1] as { at: string; by: string };
    const message = 'The payout is no longer in a state that allows this.';
    const error = { error: 'payout_not_actionable', status: 'processing', message };
    expect(said(await given.operate('processing', undefined, 'bob'))).toEqual({
      ...error,
      by,
      since: at,
    });
    expect(said(await given.cancel())).toEqual(error);
  });
});
