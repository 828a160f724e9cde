/**
 * The whole service on chains that others wrote: its bundles behind the local gateway, each under its
 * role, with the providers' URLs from the local Secrets Manager.
 */
import { afterEach, beforeAll, expect } from 'vitest';
import { startSecretsApi } from '../../../infra/local/only-here/secrets-api.ts';
import type { PayoutWithHistory } from '../../../lib/settlement/payout-with-history.ts';
import type { AttemptReport } from '../../../lib/settlement/records.ts';
import { freshAddress } from '../../support/evm-network.ts';
import { PATHS } from '../../support/samples.ts';
import { type Service, startService } from '../../support/service.ts';
import {
  type EvmName,
  type EvmSide,
  type SolanaSide,
  startEvm,
  startLitesvm,
  urlsOf,
} from './chains.ts';

type Name = EvmName | 'solana';
export type Sides = Record<EvmName, EvmSide> & { solana: SolanaSide };
type Line = Record<string, unknown> & { event: string };

const SECRET = 'referral-payouts/providers';
const ASKING = ['SettleByChain', 'MarkPayoutSent', 'ReconcileOutflow'] as const;

export const AMOUNT = 25_000_000n;

export type Desk = ReturnType<typeof deskAt>;

/** For all tests of a file: these chains, and the service, which asks them and no others. */
export function useProof(...names: Name[]): Desk {
  const desk = {} as Desk;
  let sides: Partial<Sides> = {};
  beforeAll(async () => {
    sides = {};
    for (const name of names)
      Object.assign(sides, { [name]: await (name === 'solana' ? startLitesvm() : startEvm(name)) });
    const all = Object.entries(sides);
    const urls = Object.fromEntries(all.map(([name, side]) => [name, urlsOf(side)]));
    const secrets = await startSecretsApi((name) =>
      name === SECRET ? JSON.stringify(urls) : undefined,
    );
    const environment = {
      CHAINS: JSON.stringify(Object.fromEntries(all.map(([name, side]) => [name, side.settings]))),
      CHAIN_SECRET: SECRET,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    };
    const time = { aheadMs: 0 };
    const service = await startService({
      // Processes take most of the time, and nothing here is about many at once.
      poolSize: 1,
      environment: Object.fromEntries(ASKING.map((name) => [name, environment])),
      clock: { now: () => Date.now() + time.aheadMs, speed: 1 },
    });
    Object.assign(desk, deskAt(service, sides as Sides, time));
    return async () => {
      await service.stop();
      await secrets[Symbol.asyncDispose]();
      for (const [, side] of all) await side.stop();
    };
  });
  afterEach(() => {
    for (const { providers } of Object.values(sides)) for (const proxy of providers) proxy.behave();
  });
  return desk;
}

function deskAt(service: Service, sides: Sides, time: { aheadMs: number }) {
  const by = (name: 'ann' | 'bob') => async (id: string, step: string, body?: object) => {
    const path = `${PATHS.queue}/${id}/${step}`;
    const { status, json } = await service.operator(name)('POST', path, { body });
    return { status, json: json as PayoutWithHistory & { error?: string; why?: string } };
  };
  const [say, sayAsBob] = [by('ann'), by('bob')];
  const must = async (id: string, step: string, body?: object) => {
    const { status, json } = await say(id, step, body);
    expect([step, status, json]).toMatchObject([step, 200, {}]);
    return json;
  };
  const show = async (id: string) =>
    (await service.operator('ann')('GET', `${PATHS.queue}/${id}`)).json as PayoutWithHistory;

  const requested = async (network: Name, other: object = {}) => {
    const { cookie } = await service.newSession({ available_micro: 2n * AMOUNT });
    const address = network === 'solana' ? undefined : freshAddress();
    const body = { amount_micro: AMOUNT, network, ...(address && { address }), ...other };
    return service.requestPayout(cookie, body);
  };

  /** Runs a scheduled function by hand; what it logged of payouts and of outflow. */
  const run = async (name: (typeof ASKING)[number]): Promise<Line[]> => {
    service.logs.length = 0;
    await service.run(name);
    return service.logs
      .map((line) => JSON.parse(line).message as Line)
      .filter(({ event }) => event !== 'account_changed');
  };

  return {
    ...{ service, sides, time, requested, say, sayAsBob, show, run },
    claimed: async (network: Name, other?: object) => {
      const { id } = await requested(network, other);
      return must(id, 'processing');
    },
    attempt: (id: string, report: AttemptReport) => must(id, 'attempts', report),
    settle: () => run('SettleByChain'),
    /**
     * What the payout has become: whether somebody has to look at it, what is known of its attempts,
     * and whether its amount can be given back now. A refund that is allowed is made.
     */
    outcome: async (id: string) => {
      const { status, json } = await say(id, 'failed', { note: 'not paid' });
      const payout = await show(id);
      return {
        status: status === 200 ? 'processing' : payout.status,
        refund: status === 200 ? 'allowed' : json.error,
        attempts: (payout.attempts ?? []).map(
          ({ state, proof, found }) =>
            `${state}${proof ? ` ${proof.cause}` : ''}${found ? ` ${found}` : ''}`,
        ),
        review: payout.review?.why,
      };
    },
  };
}

/** The ids of payouts for which a line came that an alarm rings for. */
export const alarmsOf = (lines: Line[]) =>
  lines.filter(({ event }) => event === 'payout_needs_review').map(({ id }) => id);
