/** What every step of an operator has in common, as tests of the function of that step. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type ErrorTag, errors } from '../../lib/errors.ts';
import { refusalBody } from '../support/refusals.ts';
import { refusal } from '../support/samples.ts';
import type { OpenPayout } from './open-payout.ts';

/** Without another body, it is the other operator who is refused. */
export const testRepeating = (given: OpenPayout, step: string, body?: object, other?: object) =>
  test('repeating it changes nothing, and with other content it is refused', async () => {
    const first = await given.operate(step, body);
    expect(first.status).toBe(200);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const again = await given.operate(step, body);
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true']);
    const different = await given.operate(step, other, other ? 'ann' : 'bob');
    expect(different).toMatchObject(refusal(409, 'payout_not_actionable'));
    expect(await given.view()).toEqual(first.json);
  });

export const testBodies = (
  given: OpenPayout,
  step: string,
  cases: [string, string | object, ErrorTag][],
) =>
  test.each(cases)('%s is refused', async (_name, body, tag) => {
    const { status, json } = await given.operate(step, body);
    expect([status, json]).toEqual([errors[tag].status, refusalBody(tag)]);
    expect(await given.view()).toMatchObject({ status: 'requested' });
  });

/** `ID` stands for the payout's own id in a case, and `UNKNOWN` for that of no payout. */
export const testPrecedence = (
  given: OpenPayout,
  step: string,
  cases: [name: string, id: 'ID' | 'UNKNOWN' | 'x', body: string | object, tag: ErrorTag][],
) =>
  test.each(cases)('%s', async (_name, id, body, tag) => {
    const asked = { ID: given.payout.id, UNKNOWN: randomUUID(), x: 'x' }[id];
    expect((await given.operate(step, body, 'ann', asked)).json).toMatchObject({ error: tag });
  });

/** The steps that end a payout with a note, and give its money back. */
export function testGivingBack(given: OpenPayout, end: 'failed' | 'cancelled') {
  test('it gives the money back with a note, which the owner sees', async () => {
    const { status, json } = await given.operate(end, { note: ' the exchange is closed ' });
    expect([status, json]).toMatchObject([200, { status: end, note: 'the exchange is closed' }]);
    expect(await given.balance()).toMatchObject({
      reserved_micro: 0n,
      available_micro: 40_000_000n,
    });
    const { json: owners } = await given.get();
    expect(owners).toMatchObject({ status: end, note: 'the exchange is closed' });
    expect(owners).not.toHaveProperty('history');
  });

  test('it can have a reason, which the owner sees, and a note that only operators do', async () => {
    const report = { reason: 'address_rejected', note: 'closed', internal_note: 'case 4711' };
    const { status, json } = await given.operate(end, report);
    expect([status, json]).toMatchObject([200, { status: end, ...report }]);
    expect((await given.view()).internal_note).toBe('case 4711');
    const { json: owners, text } = await given.get();
    expect(owners).toMatchObject({ reason: 'address_rejected', note: 'closed' });
    expect(text).not.toContain('4711');
  });

  testRepeating(given, end, { note: 'no gas' }, { note: 'gas' });

  test.each([
    ['reason', { reason: 'other', note: 'n' }, { note: 'n' }],
    ['internal note', { internal_note: 'x', note: 'n' }, { internal_note: 'y', note: 'n' }],
  ])('with another %s it is another end', async (_what, one, other) => {
    expect((await given.operate(end, one)).status).toBe(200);
    expect((await given.operate(end, other)).status).toBe(409);
  });

  describe('a body with', () =>
    testBodies(given, end, [
      ['no JSON', '', 'invalid_json'],
      ['no note', {}, 'invalid_args'],
      ['a reason that is none', { reason: 'lost', note: 'x' }, 'invalid_args'],
      ['a blank internal note', { note: 'x', internal_note: ' ' }, 'invalid_args'],
      ['a blank note', { note: ' \n' }, 'invalid_args'],
      ['a note that nobody can see', { note: '\u200b\u3164 \u00ad\u2800' }, 'invalid_args'],
      ['a note of 501 characters', { note: 'x'.repeat(501) }, 'invalid_args'],
      ['a note of the wrong type', { note: ['x'] }, 'invalid_args'],
      ['half a character', '{"note":"\\ud800"}', 'invalid_json'],
    ]));

  describe('the first rule that is broken decides', () =>
    testPrecedence(given, end, [
      ['a missing note before an unknown payout', 'UNKNOWN', {}, 'invalid_args'],
    ]));
}
