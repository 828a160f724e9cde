import { expect, test } from 'vitest';
import { openApi } from '../../../../infra/openapi/document.ts';
import { page } from '../../../../infra/openapi/page/page.ts';

const caller = { url: 'http://api.test', session: 'token', accessKey: 'key:secret' };
const rendered = page(openApi(), caller, '/openapi.json');

test('nothing that the caller brings becomes HTML', () => {
  const hostile = '"><script>alert(1)</script>&\'';
  const text = page(openApi(), { url: hostile, session: hostile, accessKey: hostile }, hostile);
  expect(text).not.toContain('<script>alert');
  expect(text).toContain('href="&quot;&gt;&lt;script&gt;');
});

test('the text has one first heading, and no heading skips a level', () => {
  const main = rendered.slice(rendered.indexOf('<main'));
  const levels = [...main.matchAll(/<h([1-6])\b/g)].map(([, level]) => Number(level));
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  expect(levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1)).toEqual([]);
});

test('every element that is opened is closed in its turn', () => {
  const open: string[] = [];
  for (const [, slash, name = ''] of rendered.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    if (['meta', 'link'].includes(name)) continue;
    if (slash) expect(open.pop()).toBe(name);
    else open.push(name);
  }
  expect(open).toEqual([]);
});

test('what is not in the document leaves no trace', () =>
  expect(rendered).not.toMatch(/undefined|\[object|NaN/));
