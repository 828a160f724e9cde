/** Shows every request and its reply, newest first. */
import { find, make } from '../dom.ts';
import type { Exchange, HeaderFields } from '../http/send.ts';
import { prettyJson } from '../text.ts';

/** A page that stays open must not grow for ever. */
const MOST_ROWS = 300;

interface Shown {
  row: HTMLLIElement;
  times: HTMLElement;
  exchange: Exchange;
  count: number;
}

export class LogView {
  readonly #list = find('log', HTMLOListElement);
  readonly #counter = find('log-count', HTMLElement);
  readonly #empty = find('log-empty', HTMLElement);
  #shown: Shown[] = [];
  #count = 0;

  constructor() {
    find('clear-log', HTMLButtonElement).addEventListener('click', () => {
      this.#shown = [];
      this.#count = 0;
      this.#list.replaceChildren();
      this.#update();
    });
  }

  /** A read that brings nothing new is only counted at the one before: polling buries all else. */
  add(exchange: Exchange): void {
    this.#count++;
    const last = this.#shown.find(
      ({ exchange: { method, path } }) => method === exchange.method && path === exchange.path,
    );
    if (last && exchange.method === 'GET' && isSame(last.exchange, exchange)) {
      last.count++;
      last.times.textContent = `×${last.count}`;
    } else {
      const times = make('span', { class: 'times' });
      const row = rowOf(exchange, times);
      this.#shown = [{ row, times, exchange, count: 1 }, ...this.#shown];
      this.#list.prepend(row);
      for (const { row } of this.#shown.splice(MOST_ROWS)) row.remove();
    }
    this.#update();
  }

  #update(): void {
    this.#counter.textContent = String(this.#count);
    this.#empty.hidden = this.#shown.length > 0;
  }
}

const isSame = (one: Exchange, other: Exchange): boolean =>
  one.status === other.status && withoutId(one.replyBody) === withoutId(other.replyBody);

/** The id of an error's reply is never the same. */
const withoutId = (body: string): string => body.replace(/"request_id":"[^"]*"/, '');

function rowOf(exchange: Exchange, times: HTMLElement): HTMLLIElement {
  const { method, path, status, durationMs } = exchange;
  const summary = make(
    'summary',
    {},
    make('span', { class: `method ${method.toLowerCase()}` }, method),
    make('span', { class: 'path', title: path }, path.replace(/^\/v1(.*)\/referrals/, '…$1')),
    times,
    make('span', { class: `status ${statusClass(status)}` }, String(status ?? 'no reply')),
    make('span', { class: 'duration' }, `${durationMs} ms`),
  );
  const details = make('details', {}, summary);
  // Made when somebody looks, since hardly anybody looks at most of them.
  details.addEventListener('toggle', () => details.append(...partsOf(exchange)), { once: true });
  return make('li', {}, details);
}

function partsOf({ method, path, ...exchange }: Exchange): HTMLElement[] {
  return [
    block('Request', `${method} ${path}`, exchange.requestHeaders, exchange.requestBody),
    block('Reply', String(exchange.status ?? 'none'), exchange.replyHeaders, exchange.replyBody),
  ];
}

/** What the connection and its gateway add to every reply. */
const NOT_OF_INTEREST = /^(connection|content-length|date|keep-alive|vary|apigw-requestid)$/;

function block(title: string, first: string, headers: HeaderFields, body: string) {
  const lines = Object.entries(headers)
    .filter(([name]) => !NOT_OF_INTEREST.test(name))
    .map(([name, value]) => `${name}: ${value}`);
  const text = (part: string, content: string, of = {}) =>
    make(
      'pre',
      { ...of, tabindex: '0', role: 'group', 'aria-label': `${title}: ${part}` },
      content,
    );
  const content = prettyJson(body);
  return make(
    'div',
    { class: 'block' },
    make('h3', {}, title),
    text('headers', [first, ...lines].join('\n'), { class: 'head' }),
    content !== '' && text('body', content),
  );
}

function statusClass(status = 0): string {
  if (status >= 200 && status < 300) return 'good';
  return status >= 400 && status < 500 ? 'refused' : 'bad';
}
