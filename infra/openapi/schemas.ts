/**
 * Everything that travels in a body, by the name it has in the document; made of the schemas that
 * the service parses with.
 */
import * as v from 'valibot';
import { Balance } from '../../lib/account.ts';
import { type ErrorTag, errors } from '../../lib/errors.ts';
import { SpendRequest } from '../../lib/invoice.ts';
import { PositiveMicro } from '../../lib/money.ts';
import { networkNames } from '../../lib/networks/index.ts';
import { HistoryEntry, Payout, PayoutRequest, PayoutWithHistory } from '../../lib/payout.ts';
import { Reward } from '../../lib/reward.ts';
import { SentReport, UnpaidReport } from '../../lib/transitions.ts';

const { reward_id, amount_micro, status, unlocks_at, granted_at, source } = Reward.entries;

/** As `asListed` makes it. */
const ListedReward = v.object({
  id: reward_id,
  amount_micro,
  status,
  unlocks_at,
  granted_at,
  source,
});

const pageOf = <Item extends v.GenericSchema>(item: Item) =>
  v.object({ items: v.array(item), next_cursor: v.optional(v.pipe(v.string(), v.nonEmpty())) });

export const schemas = {
  PayoutRequest,
  Payout,
  PayoutPage: pageOf(Payout),
  Balance,
  Overview: v.object({
    balance: Balance,
    min_payout_micro: PositiveMicro,
    networks: v.array(v.picklist(networkNames)),
  }),
  Reward: ListedReward,
  RewardPage: pageOf(ListedReward),
  SpendRequest,
  SpendAnswer: v.object({ ok: v.literal(true) }),

  HistoryEntry,
  PayoutWithHistory,
  PayoutQueue: pageOf(PayoutWithHistory),
  // The parser lets the hash be missing, and the handler then asks for it with an error of its own.
  SentReport: v.object({ tx_hash: v.pipe(SentReport.entries.tx_hash.wrapped, v.nonEmpty()) }),
  UnpaidReport,
  User: v.object({
    user_id: Payout.entries.user_id,
    balance: Balance,
    payouts: v.array(PayoutWithHistory),
    rewards: v.array(ListedReward),
  }),

  Error: v.object({
    error: v.picklist(Object.keys(errors) as ErrorTag[]),
    message: v.string(),
    request_id: v.pipe(v.string(), v.nonEmpty()),
  }),
  GatewayAnswer: v.object({ message: v.string() }),
} as const;

export type Schemas = typeof schemas;
export type SchemaName = keyof Schemas;
