import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { escapeHidden, isVisible, visible } from '../../lib/hidden-text.ts';

const UNSEEN: [string, string][] = [
  ['nothing', ''],
  ['blanks', ' \t\r\n\u00a0\u1680\u2003\u3000'],
  ['a byte order mark', '\ufeff'],
  ['zero width', '\u200b\u200c\u200d\u2060'],
  ['a soft hyphen', '\u00ad'],
  ['Hangul fillers', '\u115f\u1160\u3164\uffa0'],
  ['a braille blank', '\u2800'],
  ['variation selectors', '\ufe0f\u{e0100}'],
  ['tags', '\u{e0041}\u{e007f}'],
  ['bidi controls', '\u061c\u200e\u200f\u202a\u202e\u2066\u2069'],
  ['separators of lines', '\u2028\u2029\u0085'],
  ['control characters', '\u0000\u001b\u007f\u009b'],
  ['the Mongolian vowel separator', '\u180e'],
  ['a joiner of graphemes', '\u034f'],
  ['a null notehead', '\u{1d159}'],
  ['a blank hieroglyph', '\u{13441}'],
];

describe('nobody sees', () => {
  test.each(UNSEEN)('%s', (_what, text) => expect(isVisible(text)).toBe(false));
  test('which a field then is not', () =>
    expect([' ', 'x'].map((text) => v.is(v.pipe(v.string(), visible()), text))).toEqual([
      false,
      true,
    ]));

  test('any of these together', () =>
    expect(isVisible(UNSEEN.map(([, text]) => text).join(''))).toBe(false));
});

test.each(['x', '.', '\u200b1', 'é', '支', '\u0301', '\u{1f4b8}', '\u2801', '\u{13440}'])(
  '%j is seen',
  (text) => expect(isVisible(text)).toBe(true),
);

describe('hidden characters are shown as JSON escapes them', () => {
  test.each(UNSEEN.slice(2).filter(([, text]) => !/[\u2800\u{1d159}\u{13441}]/u.test(text)))(
    '%s',
    (_what, text) => {
      const shown = escapeHidden(`a${text}b`);
      expect(shown).toMatch(/^a(\\u[0-9a-f]{4})+b$/);
      expect(JSON.parse(`"${shown}"`)).toBe(`a${text}b`);
    },
  );

  test('all else stays, and the lines of a text stay apart', () => {
    const text = 'é 支 \u{1f4b8} "\\" \t\n';
    expect(escapeHidden(text)).toBe(text);
  });

  test('JSON stays the same JSON', () => {
    const value = { '\u202e': ['\u0085\u2028', '\u{e0041}', '\\\u200b'] };
    const shown = escapeHidden(JSON.stringify(value, null, 2));
    expect(JSON.parse(shown)).toEqual(value);
    expect(shown).not.toMatch(/[\p{Cf}\u0085\u2028]/u);
  });
});
