/**
 * The chains, as far as payouts can tell: a transaction lands at some time, or never. Of those of
 * one sender, or of one Safe, with one nonce a single one lands, and nonces are used in order. On
 * Solana one lands up to its last valid block height. What has landed is final a few blocks later;
 * until then a reorganisation may take it away again, and another may land in its place.
 */
import type { Random } from '../history/random.ts';
import type { ToldAttempt } from '../history/steps.ts';
import { type Block, type Landed, Ledger } from './ledger.ts';
import {
  accountOf,
  type Payable,
  paymentsIn,
  SAFE,
  SENDER,
  type Transaction,
} from './transactions.ts';

const EVM_NETWORKS = ['ethereum', 'polygon'] as const;
const SOLANA = 'solana';

/**
 * What becomes of a nonce in a block: nothing, or one of those that wait with it lands. Instead its
 * sender may use it for something else, which pays nobody.
 */
const NONCES = { waits: 45, lands: 40, isUsedElsewhere: 15 };
const LANDS_ON_SOLANA = 0.3;
const HEIGHTS_PER_BLOCK = 40;
const REORGANIZES = 0.12;

/** A transaction in a block. */
export type Found = { transaction: Transaction; block: Block; landed: Landed };

export class Chain {
  /** Names of transactions that pay many payouts, whether they were sent or not. */
  readonly ofMany = new Set<string>();
  readonly #ledgers: ReadonlyMap<string, Ledger>;
  readonly #waiting = new Map<string, Transaction>();
  /** All that were ever sent, by the names that service and chain know them by. */
  readonly #sent = new Map<string, Transaction>();
  readonly #byPayout = new Map<string, Transaction[]>();

  constructor(nowMs = 0) {
    const ledger = (network: string): [string, Ledger] => [
      network,
      new Ledger(network, network === SOLANA ? [] : [SENDER, SAFE], nowMs),
    ];
    this.#ledgers = new Map([...EVM_NETWORKS, SOLANA].map(ledger));
  }

  ledger(network: string): Ledger {
    const ledger = this.#ledgers.get(network);
    if (!ledger) throw new Error(`there is no chain of ${network}`);
    return ledger;
  }

  get height(): number {
    return this.ledger(SOLANA).head.number;
  }

  nextNonce = (network: string, account: string): number =>
    this.#ledgers.get(network)?.head.nonces.get(account) ?? 0;

  /** In the last block or before it. */
  hasLanded = ({ id }: { id: string }): boolean => this.#find(id) !== undefined;

  /** Where it is in the chain for good. */
  finalOf({ id }: { id: string }): Found | undefined {
    const found = this.#find(id);
    return found && this.ledger(found.transaction.network).isFinal(found.block) ? found : undefined;
  }

  /** Whether it was sent, and may still land or has. */
  isKnown = ({ id }: { id: string }): boolean =>
    this.#waiting.has(this.#sent.get(id)?.told.id ?? '') || this.hasLanded({ id });

  /** What was sent under this name, whatever became of it. */
  sent = (id: string): Transaction | undefined => this.#sent.get(id);

  /** What waits for a block, by the hash that the chain knows it by. */
  waitingAs = (hash: string): Transaction | undefined =>
    [...this.#waiting.values()].find((transaction) => transaction.hash === hash);

  /**
   * Whether it is certain that it has not landed and never will, whoever sends it. What says neither
   * a nonce nor a height is judged by what was signed under its name: nothing, if nothing was.
   */
  canNeverLand(network: string, told: ToldAttempt): boolean {
    if (this.finalOf(told)) return false;
    const signed = this.#sent.get(told.id)?.told ?? told;
    const { final } = this.ledger(network);
    if (signed.last_valid_block_height !== undefined)
      return final.number > signed.last_valid_block_height;
    if (signed.nonce === undefined) return true;
    return signed.nonce < (final.nonces.get(accountOf(signed)) ?? 0);
  }

  /** Sent once or more often, it is the same transaction. */
  broadcast(transaction: Transaction): void {
    const { payouts, told } = transaction;
    if (this.isKnown(told)) return;
    this.#waiting.set(told.id, transaction);
    if (this.#sent.has(told.id)) return;
    for (const name of [told.id, transaction.hash]) this.#sent.set(name, transaction);
    for (const payout of payouts)
      this.#byPayout.set(payout, [...this.sentFor(payout), transaction]);
  }

  /** All that was ever sent to pay this payout. */
  sentFor = (payout: string): readonly Transaction[] => this.#byPayout.get(payout) ?? [];

  /** All that is final on the network. */
  finalsOn = (network: string): Transaction[] => {
    const ledger = this.ledger(network);
    return ledger
      .between(0, ledger.final.number)
      .flatMap(({ landed }) => landed.map(({ transaction }) => transaction));
  };

  /** What was sent for it and pays it right, for good. */
  finalPaymentOf = (payout: Payable): Transaction | undefined =>
    this.sentFor(payout.id).find(
      (transaction) => this.finalOf(transaction.told) && paymentsIn(transaction, payout).length > 0,
    );

  /** All that is in blocks of its network and pays one like it. */
  paymentsLike = (payout: Payable & { network: string }): Transaction[] => {
    const ledger = this.#ledgers.get(payout.network);
    const landed = ledger?.between(0, ledger.head.number).flatMap((block) => block.landed) ?? [];
    return landed
      .map(({ transaction }) => transaction)
      .filter((transaction) => paymentsIn(transaction, payout).length > 0);
  };

  /** A block of each chain, or others in the place of its last ones. */
  produce(random: Random, nowMs = 0): void {
    for (const [network, ledger] of this.#ledgers) {
      if (ledger.replaceable > 0 && random.chance(REORGANIZES))
        for (const transaction of ledger.reorganize(1 + random.integer(ledger.replaceable)))
          this.#waiting.set(transaction.told.id, transaction);
      if (network === SOLANA) this.#produceOnSolana(ledger, random, nowMs);
      else this.#produceOnEvm(network, ledger, random, nowMs);
    }
    for (const { network, told } of [...this.#waiting.values()])
      if (this.canNeverLand(network, told)) this.#waiting.delete(told.id);
  }

  #produceOnEvm(network: string, ledger: Ledger, random: Random, nowMs: number): void {
    const nonces = new Map(ledger.head.nonces);
    const landing: Transaction[] = [];
    for (const [account, nonce] of ledger.head.nonces) {
      const fate = random.weighted(NONCES);
      const rivals = [...this.#waiting.values()].filter(
        ({ network: there, told }) =>
          there === network && accountOf(told) === account && told.nonce === nonce,
      );
      const lands = fate === 'lands' ? random.pick(rivals) : undefined;
      if (lands) landing.push(lands);
      if (lands || fate === 'isUsedElsewhere') nonces.set(account, nonce + 1);
    }
    this.#add(ledger, landing, nonces, nowMs);
  }

  #produceOnSolana(ledger: Ledger, random: Random, nowMs: number): void {
    const numbers = 1 + random.integer(HEIGHTS_PER_BLOCK);
    const number = ledger.head.number + numbers;
    const landing = [...this.#waiting.values()].filter(
      ({ network, told }) =>
        network === SOLANA &&
        number <= (told.last_valid_block_height ?? 0) &&
        random.chance(LANDS_ON_SOLANA),
    );
    this.#add(ledger, landing, ledger.head.nonces, nowMs, numbers);
  }

  #add(
    ledger: Ledger,
    landing: Transaction[],
    nonces: ReadonlyMap<string, number>,
    nowMs: number,
    numbers = 1,
  ): void {
    for (const { told } of landing) this.#waiting.delete(told.id);
    ledger.add(landing, nonces, nowMs, numbers);
  }

  #find(id: string): Found | undefined {
    const transaction = this.#sent.get(id);
    const found = transaction && this.ledger(transaction.network).find(transaction.hash);
    return found && { transaction, ...found };
  }
}
