/**
 * The document's descriptions as HTML: of CommonMark just what they use, which is paragraphs,
 * numbered lists, code and bold.
 */
import { html, type Markup } from './markup.ts';

const NUMBERED = /^\d+\. /;

export const prose = (text: string): Markup[] =>
  text.split('\n\n').map((block) => {
    const lines = block.split('\n');
    if (!lines.every((line) => NUMBERED.test(line))) return html`<p>${inline(block)}</p>`;
    return html`<ol>${lines.map((line) => html`<li>${inline(line.replace(NUMBERED, ''))}</li>`)}</ol>`;
  });

export const inline = (text: string): (Markup | string)[] =>
  text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`;
    return part.startsWith('**') ? html`<strong>${part.slice(2, -2)}</strong>` : part;
  });
