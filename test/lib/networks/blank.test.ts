import { expect, test } from 'vitest';
import { isBlank } from '../../../lib/networks/blank.ts';

const HEX = 'b35de3d1e1d0a8f3f8e1ac2ba8a3e0a4c9a4f5b6d7e8f90123456789abcdef01';

test.each(['0', 'f'])(
  'twelve bytes of %s at an end are blank, one digit fewer are not',
  (digit) => {
    const [blank, almost] = [digit.repeat(24), digit.repeat(23)];
    expect([blank + HEX, HEX + blank, blank + blank].map(isBlank)).toEqual([true, true, true]);
    expect([almost + HEX, `${HEX.slice(1)}1${almost}`, HEX + blank + HEX].map(isBlank)).toEqual([
      false,
      false,
      false,
    ]);
  },
);
