/**
 * What is sent twice arrives as one, its values joined by commas (payload format 2.0), and is never
 * taken for either of them, nor for another key, session or origin.
 */
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { stringifyJson } from '../../lib/json.ts';
import { PATHS, PAYOUT_REQUEST } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const service = useService();
const CONSOLE = 'https://console.triport.io';

type Fields = [name: string, value: string][];

/** Sends each header on a line of its own, which `fetch` would join. */
async function post(path: string, fields: Fields, body: object) {
  const { host } = new URL(service.url);
  const text = stringifyJson(body);
  const headers = [['host', host], ['content-length', String(text.length)], ...fields].flat();
  const request = http.request(service.url + path, { method: 'POST', headers }).end(text);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode, json: await json(response) };
}

const spend = (invoice_id?: string) => ({ invoice_id, amount_micro: 25_000_000 });

test.each<[string, Fields, number, string]>([
  ['a key', [...key('k1'), ...key('k2')], 400, 'invalid_args'],
  ['one and the same key', [...key('k1'), ...key('k1')], 400, 'invalid_args'],
  ['a key beside an empty one', [...key('k1'), ...key('')], 400, 'invalid_args'],
  ['a content type', [['content-type', 'application/json']], 400, 'invalid_json'],
  ['the console’s origin', [origin(CONSOLE), origin(CONSOLE)], 401, 'unauthenticated'],
  ['an origin beside the console’s', [origin('null'), origin(CONSOLE)], 401, 'unauthenticated'],
  ['a site', [site('same-origin'), site('same-origin')], 401, 'unauthenticated'],
  ['a site beside another', [site('none'), site('cross-site')], 401, 'unauthenticated'],
])('%s is refused, and nothing is written', async (_what, fields, status, error) => {
  const invoices = [{ invoice_id: `i-${Math.random()}`, total_micro: 25_000_000n }];
  const available_micro = 100_000_000n;
  const { cookie, user_id } = await service.newSession({ available_micro, invoices });
  const sent: Fields = [['cookie', cookie], ['content-type', 'application/json'], ...fields];
  for (const [path, body] of [
    [PATHS.payouts, PAYOUT_REQUEST],
    [PATHS.spend, spend(invoices[0]?.invoice_id)],
  ] as const)
    expect(await post(path, sent, body)).toMatchObject({ status, json: { error } });
  expect(await service.account(user_id)).toMatchObject({ available_micro });
  expect(await service.keys(user_id)).toEqual([]);
});

test('a session is refused, whichever headers its cookies came in', async () => {
  const [one, two] = [await service.newSession({}), await service.newSession({})];
  for (const cookies of [
    [one.cookie, one.cookie],
    [one.cookie, two.cookie],
  ]) {
    const fields: Fields = [['content-type', 'application/json']];
    for (const cookie of cookies) fields.push(['cookie', cookie]);
    expect(await post(PATHS.payouts, fields, PAYOUT_REQUEST)).toMatchObject({ status: 401 });
  }
});

test('of a query, a status is the list of both, a number its default, and a cursor none', async () => {
  const { cookie } = await service.newSession({ available_micro: 100_000_000n });
  const payouts = [];
  for (let count = 0; count < 3; count++) payouts.unshift(await service.requestPayout(cookie));
  const list = async (query: string) =>
    (await service.request('GET', `${PATHS.payouts}?${query}`, { cookie })).json;
  const { next_cursor } = (await list('limit=1')) as { next_cursor: string };
  for (const query of ['status=sent&status=requested', 'limit=1&limit=1', 'offset=1&offset=1'])
    expect(await list(query)).toEqual({ items: payouts });
  expect(await list(`cursor=${next_cursor}&cursor=${next_cursor}`)).toMatchObject({
    error: 'invalid_args',
  });
});

function key(value: string): Fields {
  return [['idempotency-key', value]];
}
function origin(value: string): Fields[number] {
  return ['origin', value];
}
function site(value: string): Fields[number] {
  return ['sec-fetch-site', value];
}
