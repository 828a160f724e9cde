/** What operators are told of an address that is accepted, and its owner is not. */
import { expect, test } from 'vitest';
import { HASHES, PATHS } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const service = useService();
/** A token account of the example's, and the example in lower case. */
const TOKEN_ACCOUNT = 'F4YA4H7HeXLCvjLRKdh56FgE4cyHpPqLP1VCM6fEqEmX';
const LOWERED = '9xqewvg816bux9epjhmat23yvvm2zwbrrpzb9pusvfin';

type Listed = { id: string; warnings?: string[] };

test.each([
  [TOKEN_ACCOUNT, ['off_curve']],
  [LOWERED, ['off_curve', 'no_capitals']],
])('%s is paid, and every answer to an operator says %j', async (address, warnings) => {
  const { cookie, user_id } = await service.newSession({ available_micro: 90_000_000n });
  const request = () => service.requestPayout(cookie, { network: 'solana', address });
  const payout = await request();
  expect(payout).not.toHaveProperty('warnings');
  const { id } = payout;
  const other = await request();

  const operator = service.operator('ann');
  const told = async (method: string, path: string, body?: object) => {
    const { status, json } = await operator(method, path, body && { body });
    expect(status).toBe(200);
    return json as Listed & { items: Listed[]; payouts: Listed[] };
  };
  const one = `${PATHS.queue}/${id}`;
  const approval = { amount_micro: 25_000_000, address };
  const answers = [
    (await told('GET', PATHS.queue)).items.find((listed) => listed.id === id),
    (await told('GET', `${PATHS.users}/${user_id}`)).payouts.find((listed) => listed.id === id),
    await told('GET', one),
    (await service.operator('bob')('POST', `${one}/approved`, { body: approval })).json as Listed,
    await told('POST', `${one}/processing`),
    await told('POST', `${one}/processing`),
    await told('POST', `${one}/released`, { note: 'x' }),
    await told('POST', `${one}/sent`, { tx_hash: HASHES.solana }),
    await told('POST', `${PATHS.queue}/${other.id}/failed`, { note: 'x' }),
  ];
  expect(answers.map((answer) => answer?.warnings)).toEqual(answers.map(() => warnings));

  const { text } = await service.request('GET', `${PATHS.payouts}/${id}`, { cookie });
  expect(text).not.toContain('warnings');
});

test('an ordinary address has no word of it', async () => {
  const { cookie } = await service.newSession({ available_micro: 90_000_000n });
  const { id } = await service.requestPayout(cookie);
  const { text } = await service.operator()('GET', `${PATHS.queue}/${id}`);
  expect(text).not.toContain('warnings');
});
