/** The deployed stack, as those see it who speak to it: users, operators, billing and listeners. */
import assert from 'node:assert/strict';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { localClient, localSettings } from '../../../infra/local/database/create-tables.ts';
import type { TableName } from '../../../lib/config.ts';
import { parseJson, stringifyJson } from '../../../lib/json.ts';
import { tokenHash } from '../../../lib/store/dynamodb/sessions.ts';
import { type RequestOptions, sign, toSend } from '../../support/requests.ts';
import type { Operator } from './rights.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Integers come as bigint. */
  json: unknown;
}

export type Stack = ReturnType<typeof openStack>;

/** `outputs` are those of the deployment. */
export function openStack(url: string, outputs: Record<string, string>, signal: AbortSignal) {
  const output = (name: string): string => {
    assert.ok(outputs[name], `the stack has no output ${name}`);
    return outputs[name];
  };
  const database = localClient(url);
  const table = DynamoDBDocumentClient.from(database);
  const bus = new EventBridgeClient(localSettings(url));
  // The names of its hosts lead nowhere, so it is asked by path.
  const [apiId = ''] = new URL(output('ApiUrl')).hostname.split('.');
  const api = `${url}/_aws/execute-api/${apiId}/$default`;

  return {
    output,
    apiId,
    /** `request` is a method and a path. */
    ask: async (request: string, { as, ...options }: Asked = {}): Promise<Answer> => {
      const [method = '', path = ''] = request.split(' ');
      const target = api + path;
      const sent = toSend(options);
      const toSign = { method, url: target, ...sent };
      const headers = as ? await sign(toSign, as.credentials) : sent.headers;
      const response = await fetch(target, { method, ...sent, headers, signal });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: parseJson(text) };
    },
    /** As the console's login writes one. Gives the cookie. */
    signIn: async (userId: string): Promise<string> => {
      const token = crypto.randomUUID();
      const expires_at = Math.floor(Date.now() / 1000) + 3600;
      const Item = { token_hash: tokenHash(token), user_id: userId, expires_at };
      await table.send(new PutCommand({ TableName: output('SessionsTableName'), Item }));
      return `nl_session=${token}`;
    },
    /** As billing puts them on its bus. */
    bill: async (...events: [type: string, detail: object][]): Promise<void> => {
      const EventBusName = output('BillingEventBusName');
      const Entries = events.map(([DetailType, detail]) => {
        return { EventBusName, Source: 'billing', DetailType, Detail: stringifyJson(detail) };
      });
      const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries }));
      assert.equal(FailedEntryCount, 0);
    },
    /** As it is stored. */
    item: async (name: TableName, Key: Record<string, string>) => {
      const get = new GetCommand({ TableName: output(`${name}TableName`), Key });
      return (await table.send(get)).Item;
    },
    [Symbol.dispose]: () => {
      database.destroy();
      bus.destroy();
    },
  };
}

export interface Asked extends RequestOptions {
  /** Signs the request. */
  as?: Operator;
}
