import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CorruptItemError, inDoubtOr } from '../../lib/errors.ts';
import { logError, logFailure, logInfo, logWarning } from '../../lib/log.ts';

beforeEach(() => {
  for (const level of ['info', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

test.each([
  ['info', logInfo],
  ['warn', logWarning],
  ['error', logError],
] as const)('an event at %s is one object, which says which event it is', (level, log) => {
  log('retrying', { attempt: 2, error: 'Throttled' });
  for (const other of ['info', 'warn', 'error'] as const)
    expect(vi.mocked(console[other]).mock.calls).toEqual(
      other === level ? [[{ event: 'retrying', attempt: 2, error: 'Throttled' }]] : [],
    );
});

test('ids and words of others steer no reader of the log', () => {
  logInfo('corrupt_item', { id: 'a\u202eb\u2028', rows: 1 });
  logFailure(new Error('\u001b[2J\u009b\n'), { message_id: '\u200b\u007f' });
  expect(vi.mocked(console.info).mock.calls).toEqual([
    [{ event: 'corrupt_item', id: 'a\\u202eb\\u2028', rows: 1 }],
  ]);
  expect(vi.mocked(console.error).mock.calls).toMatchObject([
    [{ message: '\\u001b[2J\\u009b\n', message_id: '\\u200b\\u007f' }],
  ]);
});

describe('a failure', () => {
  const logged = () => vi.mocked(console.error).mock.calls;

  test('is logged with its name, message and stack, and without the cause that may hold a body', () => {
    const error = new TypeError('no such thing', { cause: 'a body' });
    logFailure(error, { request_id: 'r' });
    const { name, message, stack } = error;
    expect(logged()).toEqual([
      [{ event: 'unexpected_error', request_id: 'r', name, message, stack }],
    ]);
  });

  test('that is a corrupt item is an event of its own', () => {
    logFailure(new CorruptItemError('payouts: status'), {});
    expect(logged()).toMatchObject([[{ event: 'corrupt_item', message: 'payouts: status' }]]);
  });

  test('is the event that the caller says it is', () => {
    logFailure(new CorruptItemError(), {}, 'outcome_unknown');
    expect(logged()).toMatchObject([[{ event: 'outcome_unknown' }]]);
  });

  test('that a corrupt item caused in doubt is both events', () => {
    const corrupt = new CorruptItemError('the amount is not in reserved_micro');
    logFailure(inDoubtOr(corrupt, true, 'p1'), { request_id: 'r' }, 'outcome_unknown');
    expect(logged()).toMatchObject([
      [{ event: 'outcome_unknown', request_id: 'r', message: 'p1: failed after a lost reply' }],
      [{ event: 'corrupt_item', request_id: 'r', message: corrupt.message }],
    ]);
  });

  test('that anything else caused in doubt is one', () => {
    logFailure(inDoubtOr(new TypeError('a body'), true, 'p1'), {}, 'outcome_unknown');
    expect(logged()).toMatchObject([[{ event: 'outcome_unknown' }]]);
  });

  test('may be anything that was thrown', () => {
    logFailure('just text', {});
    expect(logged()).toMatchObject([
      [{ event: 'unexpected_error', name: 'Error', message: 'just text' }],
    ]);
  });
});
