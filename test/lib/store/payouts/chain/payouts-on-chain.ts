/** Payouts on an anvil, in a database of the engine: what a test of the settling begins with. */
import { randomUUID } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import {
  deployDisperser,
  disperseCall,
  send,
  transferCall,
} from '../../../../../infra/local/only-here/chains/evm-contracts.ts';
import { stringifyJson } from '../../../../../lib/json.ts';
import type { Network } from '../../../../../lib/networks/index.ts';
import { newPayout, type Payout } from '../../../../../lib/payout.ts';
import { withAttempt } from '../../../../../lib/settlement/attempts.ts';
import type { PayoutWithHistory } from '../../../../../lib/settlement/payout-with-history.ts';
import type { AttemptReport } from '../../../../../lib/settlement/records.ts';
import { applyChange } from '../../../../../lib/store/payouts/apply-change.ts';
import { applyTransition } from '../../../../../lib/store/payouts/apply-transition.ts';
import type { Verifiers } from '../../../../../lib/store/payouts/chain/apply-look.ts';
import { requestPayout } from '../../../../../lib/store/payouts/request.ts';
import type { Database } from '../../../../support/database.ts';
import { type EvmNetwork, freshAddress } from '../../../../support/evm-network.ts';
import type { Wire } from '../../../../support/wire.ts';

export const ANN = 'arn:aws:iam::000000000000:user/ann';
export const BOB = 'arn:aws:iam::000000000000:user/bob';
export const AMOUNT = 25_000_000n;

/** What runs take on a busy machine, by the wire's clock. */
export const BUDGET_MS = 60_000;

export function payoutsOnChain(database: Database, wire: Wire, network: EvmNetwork) {
  const store = () => wire.store(BUDGET_MS);

  /** Waits to be claimed; of a user of its own, who had 40.00, to an address of its own. */
  const requested = async (
    address: string = freshAddress(),
    on: Network = 'polygon',
  ): Promise<Payout> => {
    const userId = randomUUID();
    await database.credit(userId, 40_000_000n);
    const request = { amount_micro: AMOUNT, network: on, address };
    const payout = newPayout(userId, request, 1n, wire.time.now());
    await requestPayout(store(), payout, stringifyJson(payout), undefined);
    return payout;
  };
  const claimed = async (address?: string, on?: Network): Promise<Payout> => {
    const payout = await requested(address, on);
    await applyTransition(store(), payout, { status: 'processing', by: ANN });
    return payout;
  };
  const record = (payout: Payout, report: AttemptReport) =>
    applyChange(store(), payout, { after: (before, at) => withAttempt(before, report, ANN, at) });

  /** Pays by a key of ours, in one transaction of that key; no block is mined for it. */
  const pay = (to: string, units = AMOUNT, token = network.token) =>
    send(network.client, network.payer, transferCall(token, { to: to as `0x${string}`, units }));

  let disperser: `0x${string}` | undefined;
  /** So many transfers of the amount to the address, in one transaction. */
  const disperse = async (to: string, times: number) => {
    if (!disperser) {
      disperser = await deployDisperser(network.client, network.payer);
      await network.fund(disperser);
    }
    const payment = { to: to as `0x${string}`, units: AMOUNT };
    const calls = Array.from({ length: times }, () => transferCall(network.token, payment));
    const call = await disperseCall(network.client, network.payer, disperser, calls);
    return send(network.client, network.payer, call, { gas: 500_000n });
  };

  /** Claimed, and with an attempt that was sent. */
  const underway = async () => {
    const payout = await claimed();
    const signed = await pay(payout.address);
    await record(payout, { kind: 'evm', ...signed });
    return { payout, signed };
  };

  const stored = async ({ user_id }: Pick<Payout, 'user_id'>) => {
    const [item] = await database.payouts(user_id);
    return item as unknown as PayoutWithHistory & { look_key?: string; marks: string[] };
  };
  const books = async ({ user_id }: Pick<Payout, 'user_id'>) => {
    const { available_micro, reserved_micro, paid_out_micro } =
      (await database.account(user_id)) ?? {};
    return { available_micro, reserved_micro, paid_out_micro };
  };
  return {
    ...{ store, requested, claimed, record, pay, disperse, underway, stored, books },
    verifiers: (): Verifiers => ({
      polygon: { chain: network.chain, paidIn: network.settings },
    }),
    /** All evidence there is. */
    evidence: async () => {
      const scan = new ScanCommand({ TableName: database.tables.Evidence });
      const { Items = [] } = await wire.connection.client.send(scan);
      return Items;
    },
  };
}

export const PAID = { available_micro: 15_000_000n, reserved_micro: 0n, paid_out_micro: AMOUNT };
export const HELD = { available_micro: 15_000_000n, reserved_micro: AMOUNT, paid_out_micro: 0n };
export const BACK = { available_micro: 40_000_000n, reserved_micro: 0n, paid_out_micro: 0n };
