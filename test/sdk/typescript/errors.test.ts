import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type ErrorTag, errors } from '../../../lib/errors.ts';
import { ERROR_TAGS } from '../../../sdk/typescript/src/errors.ts';
import { TriportError, type TriportErrorTag } from '../../../sdk/typescript/src/index.ts';
import { readPayout } from '../../../sdk/typescript/src/payout.ts';
import { PAYOUT } from './scripted-fetch.ts';

const OWN = ['network', 'timeout', 'aborted', 'unavailable', 'unexpected'] as const;

test('the tags are those of the API’s error table, and five of the way to it', () => {
  expect(ERROR_TAGS).toEqual([...Object.keys(errors), ...OWN]);
  expectTypeOf<TriportErrorTag>().toEqualTypeOf<ErrorTag | (typeof OWN)[number]>();
});

test('an error is an Error, with as much as is known', () => {
  const cause = new Error('why');
  const error = new TriportError('internal', 'Our fault.', { status: 500, requestId: 'r', cause });
  expect(error).toBeInstanceOf(Error);
  const known = { message: 'Our fault.', tag: 'internal', status: 500, requestId: 'r', cause };
  expect(error).toMatchObject({ name: 'TriportError', ...known });
  const unknown = { status: undefined, outcomeUnknown: false };
  expect(new TriportError('network', 'Gone.')).toMatchObject(unknown);
});

describe('written as JSON', () => {
  const written = (error: TriportError) => JSON.parse(JSON.stringify(error));

  test('an error has its message, and all that is known', () => {
    const known = { status: 500, requestId: 'r', outcomeUnknown: true, idempotencyKey: 'k' };
    expect(written(new TriportError('internal', 'Our fault.', known))).toEqual({
      name: 'TriportError',
      message: 'Our fault.',
      tag: 'internal',
      ...known,
    });
    const logged = JSON.parse(
      JSON.stringify({ error: new TriportError('network', 'Gone.', null) }),
    );
    expect(logged.error.message).toBe('Gone.');
  });

  test('its payout has an amount in digits, which JSON cannot carry otherwise', () => {
    const payout = readPayout({ ...PAYOUT, amount_micro: 9_007_199_254_740_993n });
    const error = new TriportError('timeout', 'Late.', { payout });
    expect(written(error).payout).toEqual({ ...payout, amountMicro: '9007199254740993' });
  });

  test.each<[string, unknown, string | undefined]>([
    ['an error', new TypeError('fetch failed'), 'TypeError: fetch failed'],
    ['one of these', new TriportError('network', 'Gone.'), 'TriportError: Gone.'],
    ['a bigint', { amount: 1n }, undefined],
    ['text', 'left the page', undefined],
  ])('its cause may be %s', (_name, cause, text) =>
    expect(written(new TriportError('aborted', 'Over.', { cause })).cause).toBe(text),
  );

  test('its cause may have itself for a part', () => {
    const cause: Error & { self?: unknown } = new Error('round');
    cause.self = cause;
    expect(written(new TriportError('aborted', 'Over.', { cause })).cause).toBe('Error: round');
  });
});

test('both SDKs document the same failures in the same words', () => {
  const [ours, pythons] = ['typescript', 'python'].map((name) => {
    const file = join(import.meta.dirname, `../../../sdk/${name}/README.md`);
    return /^## Failures\n[\s\S]*?(?=^## )/m.exec(readFileSync(file, 'utf8'))?.[0];
  });
  expect(ours).toBe(pythons);
  for (const tag of ERROR_TAGS) expect(ours).toContain(`\`${tag}\``);
});
