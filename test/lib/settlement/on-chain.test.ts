import { expect, test } from 'vitest';
import { UndecidedError } from '../../../lib/settlement/on-chain.ts';

test('what is undecided is known by its class and its name', () => {
  const error = new UndecidedError('providers 1 and 2 do not agree');
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.message]).toEqual(['UndecidedError', 'providers 1 and 2 do not agree']);
});
