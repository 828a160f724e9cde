import { expect, test } from 'vitest';
import { prettyJson } from '../../../../infra/local/playground/page/pretty-json.ts';

test('every digit and every escape stays', () =>
  expect(prettyJson('{"a":9007199254740993,"b":["x\\n\\u0001",null,true],"c":{},"d":[]}')).toBe(
    '{\n  "a": 9007199254740993,\n  "b": [\n    "x\\n\\u0001",\n    null,\n    true\n  ],\n  "c": {},\n  "d": []\n}',
  ));

test.each(['', 'amount=1', '{"a":'])('what is not JSON stays as it is: "%s"', (text) =>
  expect(prettyJson(text)).toBe(text),
);
