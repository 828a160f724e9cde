/** A user with something of everything, made by the service itself, before items of theirs are forged. */
import type { BillingMessage, Operation } from '../history/steps.ts';
import type { Payout } from '../model/model.ts';
import type { Seen } from '../model/observation.ts';
import { type Clients, record } from '../stack/clients.ts';
import { itemsOf, putRaw, type RawItem, type RawTable } from '../stack/raw-items.ts';
import type { SimulatedStack } from '../stack/simulated-stack.ts';
import type { Users } from '../stack/users.ts';

export const UNIT = 1_000_000n;
const NETWORK = { network: 'polygon', address: '0xde709f2102306220921060314715629080e2fb77' };
/** Further than the clocks of instances differ. */
const HOUR_MS = 3_600_000;
const FAR = '2090-01-01T00:00:00.000Z';

/** On a busy machine a function may run out of its hurried time; asking again changes nothing. */
const TRIES = 5;

/** The first answer that is one; undefined when there never was. */
export async function patiently<Answer>(
  ask: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  return undefined;
}

export class Victim {
  readonly user: number;
  readonly userId: string;
  /** As they were before anything was forged, or after it was mended. */
  payouts: Payout[] = [];
  readonly #stack: SimulatedStack;
  readonly #clients: Clients;
  readonly #users: Users;

  constructor(user: number, stack: SimulatedStack, clients: Clients, users: Users) {
    this.user = user;
    this.userId = users.userId(user);
    this.#stack = stack;
    this.#clients = clients;
    this.#users = users;
  }

  /** The requested payout (20.00), and the claimed one (15.00). */
  get requested() {
    return { user: this.user, operation: this.user + 1 };
  }
  get claimed() {
    return { user: this.user, operation: this.user + 2 };
  }

  idOf = ({ operation }: { operation: number }): string => this.#users.payoutId(operation) ?? '';

  /** Undefined when there was no definite answer. */
  ask = (operation: Operation): Promise<Seen | undefined> =>
    this.#clients.send(operation, this.#users, `Root=1-${this.user}`, { nth: this.user });

  /** Whether billing's message was taken. */
  async tell(...messages: BillingMessage[]): Promise<boolean> {
    const Records = messages.map((message, index) =>
      record(`${index}`, message, this.#users, this.user + index),
    );
    const outcome = await this.#stack.runtime.invoke('ProcessBillingEvents', { Records });
    return outcome.type === 'result' && JSON.parse(outcome.payload).batchItemFailures.length === 0;
  }

  /** What of it did not work, if anything did not. */
  async make(): Promise<string | undefined> {
    const { user } = this;
    const nowMs = this.#stack.clock.now();
    await this.#users.signIn(user, this.#stack.database, nowMs);
    const grant = (reward: string, units: bigint, unlocksAt: string): BillingMessage => ({
      ...{ type: 'granted', user, reward, amount: String(units * UNIT), unlocksAt },
      ...{ time: new Date(nowMs).toISOString(), source: 'referral' },
    });
    const past = new Date(nowMs - HOUR_MS).toISOString();
    const total = String(5n * UNIT);
    const told = (...messages: BillingMessage[]) =>
      patiently(async () => (await this.tell(...messages)) || undefined);
    const opened: BillingMessage = { type: 'opened', user, invoice: 'i1', total };
    const isTold = await told(grant('r1', 100n, past), grant('r2', 40n, FAR), opened);
    const asked = (operation: Operation) => patiently(() => this.ask(operation));
    const pay = (amount: bigint, key: string) =>
      asked({ kind: 'payout', user, amount: String(amount * UNIT), key, ...NETWORK });
    const made = [await pay(20n, 'k1'), await pay(15n, 'k2')];
    const spent = await asked({ kind: 'spend', user, invoice: 'i1', amount: total, key: 'k1' });
    const known = this.#users.known(user);
    known.state = (await this.#stack.database.readUser(this.userId)).user;
    for (const [index, seen] of made.entries()) {
      const payout = known.state.payouts[String((seen?.json as { id?: unknown })?.id)];
      if (payout) payout.madeBy = user + 1 + index;
    }
    const claim = await asked({ kind: 'claim', operator: 'ann', payout: this.claimed });
    await this.look();
    // Due, but not moved yet.
    const isDue = await told(grant('r4', 7n, past));
    const answers = [...made, spent, claim].map((seen) => seen?.status);
    return isTold && isDue && String(answers) === '202,202,200,200' ? undefined : String(answers);
  }

  /** Remembers the payouts as they are now. */
  async look(): Promise<void> {
    this.payouts = Object.values((await this.#stack.database.readUser(this.userId)).user.payouts);
  }

  item = async (table: RawTable, holds: string): Promise<RawItem> => {
    const found = await itemsOf(this.#stack.database, table, this.userId);
    return found.find((item) => JSON.stringify(item).includes(holds)) ?? {};
  };

  /** Changes attributes of an item behind the service's back; undefined removes one. */
  async forge(table: RawTable, holds: string, attributes: Record<string, object | undefined>) {
    const item = { ...(await this.item(table, holds)), ...attributes };
    const defined = Object.entries(item).filter(([, value]) => value !== undefined);
    await putRaw(this.#stack.database, table, Object.fromEntries(defined) as RawItem);
  }
}
