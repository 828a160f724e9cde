/** What the database and the simulator remember of transactions by their tokens, within a step. */
import type { Exchange, Reply } from '../../../support/fault-proxy.ts';

type Transaction = {
  ClientRequestToken?: string;
  TransactItems?: { Put?: { TableName: string } }[];
};

export class Tokens {
  /** Of the payouts in doubt, by what they write. */
  readonly #inDoubt = new Map<string, string>();
  readonly #refusals = new Map<string, Reply>();

  clear(): void {
    this.#inDoubt.clear();
    this.#refusals.clear();
  }

  /** While nobody knows what became of a payout's transaction, a retry of it has the same token. */
  isBroken(exchange: Exchange): boolean {
    const payout = payoutIn(exchange);
    const inDoubt = payout && this.#inDoubt.get(payout.key);
    return inDoubt !== undefined && payout?.token !== inDoubt;
  }

  noteDoubt(exchange: Exchange): void {
    const payout = payoutIn(exchange);
    if (!payout) return;
    this.#inDoubt.set(payout.key, payout.token);
    this.#refusals.delete(payout.token);
  }

  /** A definite refusal of a payout's transaction that was sent once, by its token. */
  noteRefusal(exchange: Exchange, reply: Reply): void {
    const payout = payoutIn(exchange);
    if (!payout || this.#inDoubt.has(payout.key) || reply.status !== 400) return;
    const { CancellationReasons: reasons = [] } = JSON.parse(reply.body) as {
      CancellationReasons?: { Code: string }[];
    };
    const codes = new Set(reasons.map(({ Code }) => Code));
    if (codes.delete('ConditionalCheckFailed') && codes.isSubsetOf(new Set(['None'])))
      this.#refusals.set(payout.token, reply);
  }

  /** DynamoDB does not say that it judges anew what comes under the token of a refused one. */
  refusalOf = (exchange: Exchange): Reply | undefined =>
    this.#refusals.get(payoutIn(exchange)?.token ?? '');
}

/** A payout's transaction: what it writes for whom, and its token. */
function payoutIn({ request, traceId }: Exchange): { key: string; token: string } | undefined {
  const { ClientRequestToken: token, TransactItems = [] } = request as Transaction;
  const isPayout = TransactItems.some(({ Put }) => Put?.TableName === 'PayoutsTable');
  return isPayout
    ? { key: `${traceId} ${JSON.stringify(TransactItems)}`, token: String(token) }
    : undefined;
}
