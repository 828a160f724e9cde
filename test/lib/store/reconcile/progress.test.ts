import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  asNext,
  beginningOf,
  PASSES,
  Part,
  progressOf,
  Run,
  together,
} from '../../../../lib/store/reconcile/progress.ts';

test('accounts come first, and those that were skipped last', () => {
  expect([PASSES.at(0), PASSES.at(-1)]).toEqual(['accounts', 'skipped']);
  expect(beginningOf(undefined)).toEqual({ pass: 'accounts', skipped: [] });
});

test.each(PASSES)('what one run hands to the next is what that reads: %s', (pass) => {
  const progress = { pass, after: { user_id: 'u"1', id: '5' }, skipped: ['u2', 'u3'] };
  expect(progressOf(asNext(progress))).toEqual(progress);
  expect(progressOf(asNext({ pass, skipped: [] }))).toEqual({ pass, skipped: [] });
});

test('the id of a user is where the accounts go on, as it was before there were passes', () =>
  expect(progressOf('u1')).toEqual({ pass: 'accounts', after: { user_id: 'u1' }, skipped: [] }));

describe('what several runs found', () => {
  const drift = (user_id: string, corrupt: string[] = []) => ({
    user_id,
    differences: [],
    corrupt,
  });
  const found = (...accounts: ReturnType<typeof drift>[]) => ({
    ...{ checked: 7, drifted: accounts.length, skipped: 1, accounts },
  });

  test('is added up, and who was found twice counts and is named once', () =>
    expect(together([found(drift('a'), drift('b')), found(drift('b')), found()])).toEqual({
      ...{ checked: 21, drifted: 2, skipped: 3 },
      accounts: [drift('a'), drift('b')],
    }));

  test('names as many as a state of the machine has room for, and counts all', () => {
    const long = Array.from({ length: 10 }, (_, at) => `reward ${at}${'é'.repeat(400)}`);
    const runs = Array.from({ length: 40 }, (_, run) =>
      together([found(...Array.from({ length: 50 }, (_, at) => drift(`${run}-${at}`, long)))], 40),
    );
    for (const { accounts } of runs) expect(accounts.length).toBeLessThan(50);
    expect(Buffer.byteLength(JSON.stringify(runs))).toBeLessThan(256 * 1024);
    const all = together(runs);
    expect(all).toMatchObject({ checked: 280, drifted: 2000, skipped: 40 });
    expect(Buffer.byteLength(JSON.stringify(all))).toBeLessThan(256 * 1024);
    const short = together(runs.map((_, run) => found(drift(String(run)), drift(`x${run}`))));
    expect(short.accounts).toHaveLength(50);
  });

  test('names what just fits into its share, and nothing longer', () => {
    const [share, empty] = [160_000 / 40, JSON.stringify(drift('a', [''])).length];
    const ofBytes = (bytes: number) => drift('a', ['x'.repeat(bytes - empty)]);
    expect(together([found(ofBytes(share))], 40).accounts).toHaveLength(1);
    expect(together([found(ofBytes(share + 1))], 40).accounts).toEqual([]);
  });
});

test('a run is read back whole where a step hands it to the next', () => {
  const run = { checked: 7, drifted: 1, skipped: 2, accounts: [], next: 'u1' };
  expect(v.parse(Run, JSON.parse(JSON.stringify(run)))).toEqual(run);
});

test('a part of a table is one that there is', () => {
  expect(v.parse(Part, { segment: 2, of: 3 })).toEqual({ segment: 2, of: 3 });
  expect(() => v.parse(Part, { segment: 3, of: 3 })).toThrow('There is no such segment.');
});

test('the part of the tables goes with the progress', () => {
  const part = { segment: 2, of: 3 };
  expect(progressOf(asNext(beginningOf(part)))).toEqual({ pass: 'accounts', skipped: [], part });
});

test.each([
  '{',
  '{"pass":"keys","skipped":[],"part":{"segment":3,"of":3}}',
  '{}',
  '{"pass":"lunch","skipped":[]}',
  '{"pass":"keys"}',
  '{"pass":"keys","skipped":[1]}',
  '{"pass":"keys","skipped":[],"after":{"user_id":1}}',
])('%s is refused', (next) => expect(() => progressOf(next)).toThrow());
