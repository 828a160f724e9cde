/**
 * The chains, as far as payouts can tell: a transaction lands at some time, or never. Of those of
 * one sender, or of one Safe, with one nonce a single one lands, and nonces are used in order. On
 * Solana one lands up to its last valid block height. What has landed here is final.
 */
import type { Random } from '../history/random.ts';
import type { ToldAttempt } from '../history/steps.ts';

/** What was sent: the attempt, on its network, and the id of the payout that it pays. */
export type Transaction = { network: string; payout: string; told: ToldAttempt };

export const EVM_NETWORKS = ['ethereum', 'polygon'] as const;
const SOLANA = 'solana';
export const SENDER = '0x1111111111111111111111111111111111111111';
export const SAFE = '0x2222222222222222222222222222222222222222';

/**
 * What becomes of a nonce in a block: nothing, or one of those that wait with it lands. Instead its
 * sender may use it for something else, which pays nobody.
 */
const NONCES = { waits: 45, lands: 40, isUsedElsewhere: 15 };
const LANDS_ON_SOLANA = 0.3;
const HEIGHTS_PER_BLOCK = 40;

export class Chain {
  /** Broken rules. */
  readonly violations: string[] = [];
  readonly #nextNonces = new Map<string, number>(
    EVM_NETWORKS.flatMap((network) =>
      [SENDER, SAFE].map((account): [string, number] => [`${network} ${account}`, 0]),
    ),
  );
  #height = 0;
  readonly #waiting = new Map<string, Transaction>();
  readonly #landed = new Map<string, Transaction>();
  readonly #byPayout = new Map<string, Transaction[]>();

  get height(): number {
    return this.#height;
  }

  nextNonce = (network: string, account: string): number =>
    this.#nextNonces.get(`${network} ${account}`) ?? 0;

  hasLanded = ({ id }: { id: string }): boolean => this.#landed.has(id);

  /** Whether it was sent, and may still land or has. */
  isKnown = ({ id }: { id: string }): boolean => this.#waiting.has(id) || this.#landed.has(id);

  /** Whether it is certain that it has not landed and never will, whoever sends it. */
  canNeverLand(network: string, told: ToldAttempt): boolean {
    if (this.hasLanded(told)) return false;
    if (told.last_valid_block_height !== undefined)
      return this.#height > told.last_valid_block_height;
    return (told.nonce ?? 0) < this.nextNonce(network, accountOf(told));
  }

  /** Sent once or more often, it is the same transaction. */
  broadcast(transaction: Transaction): void {
    const { payout, told } = transaction;
    if (this.isKnown(told)) return;
    this.#waiting.set(told.id, transaction);
    this.#byPayout.set(payout, [...this.sentFor(payout), transaction]);
  }

  /** All that was ever sent to pay this payout. */
  sentFor = (payout: string): readonly Transaction[] => this.#byPayout.get(payout) ?? [];

  /** A block of each chain. */
  produce(random: Random): void {
    for (const [lane, nonce] of this.#nextNonces) {
      const fate = random.weighted(NONCES);
      const rivals = [...this.#waiting.values()].filter(
        ({ network, told }) => `${network} ${accountOf(told)}` === lane && told.nonce === nonce,
      );
      const landing = fate === 'lands' ? random.pick(rivals) : undefined;
      if (landing) this.#land(landing);
      if (landing || fate === 'isUsedElsewhere') this.#nextNonces.set(lane, nonce + 1);
    }
    this.#height += random.integer(HEIGHTS_PER_BLOCK);
    for (const transaction of [...this.#waiting.values()]) {
      if (this.canNeverLand(transaction.network, transaction.told))
        this.#waiting.delete(transaction.told.id);
      else if (transaction.network === SOLANA && random.chance(LANDS_ON_SOLANA))
        this.#land(transaction);
    }
  }

  #land(transaction: Transaction): void {
    const { payout, told } = transaction;
    const [first] = this.sentFor(payout).filter((other) => this.hasLanded(other.told));
    if (first)
      this.violations.push(`payout ${payout} was paid by ${first.told.id}, and by ${told.id}`);
    this.#waiting.delete(told.id);
    this.#landed.set(told.id, transaction);
  }
}

const accountOf = ({ sender, safe }: ToldAttempt): string => sender ?? safe ?? '';
