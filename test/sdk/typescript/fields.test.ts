/** The client has every field and every route that the API's document has for users. */
import type * as v from 'valibot';
import { expect, expectTypeOf, test } from 'vitest';
import type { schemas } from '../../../infra/openapi/schemas.ts';
import {
  type Balance,
  type InvoiceSpend,
  type Overview,
  type Payout,
  type PayoutRequest,
  type Referrals,
  type Reward,
  TriportClient,
} from '../../../sdk/typescript/src/index.ts';
import { userRoutes, usersError, wholeError } from '../whole-answers.ts';
import { scriptedFetch } from './scripted-fetch.ts';

const ID = '01a20529-55f4-761f-a2a7-c84a2a8463bf';

/** By the document's name of the route. A request is as the document has it, but for its spelling. */
const CALLS: Record<string, (client: Referrals, request: never) => PromiseLike<unknown>> = {
  requestPayout: (client, request) => client.createPayout(request),
  listPayouts: (client) => client.listPayouts(),
  getPayout: (client) => client.getPayout(ID),
  cancelPayout: (client) => client.cancelPayout(ID),
  getOverview: (client) => client.getOverview(),
  listRewards: (client) => client.listRewards(),
  spendOnInvoice: (client, request) => client.spendOnInvoice(request),
};

const clientOf = (fetch: ReturnType<typeof scriptedFetch>) =>
  new TriportClient({ fetch, baseUrl: 'http://api.test', maxRetries: 0 }).referrals;

/** The client's spelling of what the document has. */
function respelt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(respelt);
  if (typeof value === 'number') return BigInt(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [camel(name), respelt(member)]),
  );
}

const camel = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());

test('there is a method for each route of users', () =>
  expect(Object.keys(CALLS).sort()).toEqual(userRoutes.map(({ name }) => name).sort()));

test.each(userRoutes)('no field of $name is lost', async ({ name, request, response }) => {
  const fetch = scriptedFetch({ status: 200, body: response });
  const result = await CALLS[name]?.(clientOf(fetch), respelt(request) as never);
  expect(result).toEqual('ok' in response ? undefined : respelt(response));
  const body = fetch.mock.calls[0]?.[1]?.body;
  expect(body === undefined ? undefined : JSON.parse(String(body))).toEqual(request);
});

test('no field of an error is lost, but for those that operators alone get', async () => {
  const fetch = scriptedFetch({ status: 409, body: wholeError });
  const error = await clientOf(fetch)
    .getOverview()
    .catch((reason) => reason);
  const { error: tag, status: payoutStatus, message, ...others } = usersError;
  expect(error).toMatchObject(respelt({ tag, payoutStatus, ...others }) as object);
  expect(error.message).toContain(message);
});

test('its types name them', () => {
  type Camel<Name> = Name extends `${infer First}_${infer Rest}`
    ? `${First}${Capitalize<Camel<Rest>>}`
    : Name;
  type FieldsOf<Name extends keyof typeof schemas> = Camel<
    keyof v.InferOutput<(typeof schemas)[Name]>
  >;
  expectTypeOf<keyof PayoutRequest>().toEqualTypeOf<FieldsOf<'PayoutRequest'>>();
  expectTypeOf<keyof Payout>().toEqualTypeOf<FieldsOf<'Payout'>>();
  expectTypeOf<keyof Balance>().toEqualTypeOf<FieldsOf<'Balance'>>();
  expectTypeOf<keyof Overview>().toEqualTypeOf<FieldsOf<'Overview'>>();
  expectTypeOf<keyof Reward>().toEqualTypeOf<FieldsOf<'Reward'>>();
  expectTypeOf<keyof InvoiceSpend>().toEqualTypeOf<FieldsOf<'SpendRequest'>>();
});
