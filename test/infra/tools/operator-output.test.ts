import { expect, test } from 'vitest';
import { money } from '../../../infra/tools/operator-output.ts';

test.each([
  [0n, '0.00'],
  [1n, '0.000001'],
  [10n, '0.00001'],
  [100_000n, '0.10'],
  [1_000_000n, '1.00'],
  [12_345_600n, '12.3456'],
  [-500_000n, '-0.50'],
  [9223372036854775807n, '9223372036854.775807'],
])('%d micro-units are %s', (micro, text) => expect(money(micro)).toBe(text));
