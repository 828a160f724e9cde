/** Who may publish: functions, and nothing that runs in a browser. */
import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EventBridge, startEventBridge } from '../../../../infra/local/events/event-bridge.ts';

let bridge: EventBridge;
beforeAll(async () => {
  bridge = await startEventBridge(['payouts'], () => undefined);
});
afterAll(() => bridge.close());

async function publish(headers: Record<string, string>): Promise<number | undefined> {
  const entry = { Source: 'a', DetailType: 'b', Detail: '{}', EventBusName: 'payouts' };
  const target = { 'x-amz-target': 'AWSEvents.PutEvents', ...headers };
  const request = http.request(bridge.url, { method: 'POST', headers: target, agent: false });
  request.end(JSON.stringify({ Entries: [entry] }));
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  return response.statusCode;
}

test('a function publishes', async () => {
  expect(await publish({})).toBe(200);
  expect(bridge.published).toHaveLength(1);
});

test.each([
  ['a page of another site', { origin: 'https://evil.example' }],
  ['a page that a rebound name made one of this origin', { host: 'evil.example' }],
  ['a page at this very address', { origin: 'http://127.0.0.1' }],
])('%s does not', async (_what, headers) => {
  const before = bridge.published.length;
  expect(await publish(headers)).toBe(403);
  expect(bridge.published).toHaveLength(before);
});
