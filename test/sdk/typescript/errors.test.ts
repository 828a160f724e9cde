import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import { type ErrorTag, errors } from '../../../lib/errors.ts';
import { ERROR_TAGS } from '../../../sdk/typescript/src/errors.ts';
import { TriportError, type TriportErrorTag } from '../../../sdk/typescript/src/index.ts';

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

test('both SDKs document the same failures in the same words', () => {
  const [ours, pythons] = ['typescript', 'python'].map((name) => {
    const file = join(import.meta.dirname, `../../../sdk/${name}/README.md`);
    return /^## Failures\n[\s\S]*?(?=^## )/m.exec(readFileSync(file, 'utf8'))?.[0];
  });
  expect(ours).toBe(pythons);
  for (const tag of ERROR_TAGS) expect(ours).toContain(`\`${tag}\``);
});
