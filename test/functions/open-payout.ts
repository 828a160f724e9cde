/** For each test of a file a payout that waits, and what its owner and the operators do with it. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Payout } from '../../lib/payout.ts';
import type { PayoutWithHistory } from '../../lib/settlement/payout-with-history.ts';
import { JSON_TYPE, PATHS } from '../support/samples.ts';
import type { Service, Session } from '../support/service.ts';

/** The owner has 40.00, of which the payout takes 25.00. */
export function useOpenPayout(service: Service) {
  const given = { session: {} as Session, payout: {} as Payout };
  const request = (method: string, path: string, headers: Record<string, string> = {}) =>
    service.request(method, path, { cookie: given.session.cookie, headers });

  beforeEach(async () => {
    given.session = await service.newSession({ available_micro: 40_000_000n });
    given.payout = await service.requestPayout(given.session.cookie);
  });
  return Object.assign(given, {
    /** As its owner sees it. */
    get: (id = given.payout.id, headers?: Record<string, string>) =>
      request('GET', `${PATHS.payouts}/${id}`, headers),
    cancel: (id = given.payout.id, headers?: Record<string, string>) =>
      request('POST', `${PATHS.payouts}/${id}/cancel`, headers),
    balance: async () => {
      const { json } = await request('GET', PATHS.overview);
      return (json as { balance: Record<string, bigint> }).balance;
    },
    /** As operators see it. */
    view: async () => {
      const { json } = await service.operator('ann')('GET', `${PATHS.queue}/${given.payout.id}`);
      return json as PayoutWithHistory;
    },
    /** An operator's step, say `sent`, with a body as text or as an object. */
    operate: (
      step: string,
      body?: string | object,
      by: 'ann' | 'bob' = 'ann',
      id = given.payout.id,
    ) =>
      service.operator(by)('POST', `${PATHS.queue}/${id}/${step}`, {
        ...(body !== undefined && { headers: JSON_TYPE, body }),
      }),
  });
}

export type OpenPayout = ReturnType<typeof useOpenPayout>;

/** Whose payout it is, if anybody's, is not told: to a user every id but his own is unknown. */
export const testIdsOfOthers = (
  service: Service,
  given: OpenPayout,
  ask: (id: string) => ReturnType<Service['request']>,
) =>
  describe('ids that are not the user’s look the same', () => {
    test.each([
      ['unknown', async () => randomUUID()],
      ['malformed', async () => 'x'],
      ['of nothing printable', async () => '%00'],
      [
        "another user's",
        async () => {
          given.session = await service.newSession({});
          return given.payout.id;
        },
      ],
    ])('%s', async (_name, idOf) => {
      const { status, json } = await ask(await idOf());
      expect([status, json]).toEqual([
        404,
        {
          error: 'payout_not_found',
          message: 'There is no payout with this id.',
          request_id: expect.any(String),
        },
      ]);
    });
  });
