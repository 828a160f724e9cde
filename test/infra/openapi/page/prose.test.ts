import { expect, test } from 'vitest';
import { html } from '../../../../infra/openapi/page/markup.ts';
import { prose } from '../../../../infra/openapi/page/prose.ts';

const rendered = (text: string) => html`${prose(text)}`.text;

test.each([
  ['One.\n\nTwo.', '<p>One.</p><p>Two.</p>'],
  ['a `b < c` d', '<p>a <code>b &lt; c</code> d</p>'],
  ['**Bold** and `code`', '<p><strong>Bold</strong> and <code>code</code></p>'],
  ['1. `a`\n2. b', '<ol><li><code>a</code></li><li>b</li></ol>'],
  ['<b> & "q"', '<p>&lt;b&gt; &amp; &quot;q&quot;</p>'],
  ['half `open', '<p>half `open</p>'],
])('%j', (text, expected) => expect(rendered(text)).toBe(expected));
