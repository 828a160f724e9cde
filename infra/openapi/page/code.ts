/** Blocks of code: commands, and JSON in colours. */
import { printJson } from '../print.ts';
import { html, type Markup } from './markup.ts';

export const code = (name: string, content: Markup | string | (Markup | string)[]): Markup =>
  html`<figure><figcaption>${name}</figcaption><pre><code>${content}</code></pre></figure>`;

const TOKEN = /("(?:[^"\\]|\\.)*"(?:\s*:)?|-?\d+(?:\.\d+)?|\btrue\b|\bfalse\b|\bnull\b)/;

export const jsonCode = (name: string, value: unknown): Markup =>
  code(
    name,
    printJson(value)
      .trimEnd()
      .split(TOKEN)
      .map((part, index) =>
        index % 2 === 0 ? part : html`<span class="${kind(part)}">${part}</span>`,
      ),
  );

function kind(token: string): string {
  if (token.endsWith(':')) return 'key';
  return token.startsWith('"') ? 'text' : 'value';
}
