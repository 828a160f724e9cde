/** What is done between the steps of a history: each tells what it found broken. */
import { inParallel } from '../../../../lib/store/dynamodb/concurrency.ts';
import type { Duty, Step } from '../history/steps.ts';
import type { Payout } from '../model/model.ts';
import type { Clients } from '../stack/clients.ts';
import { deleteUser, textOfUser } from '../stack/raw-items.ts';
import type { SimulatedStack } from '../stack/simulated-stack.ts';
import { Users } from '../stack/users.ts';
import type { Counts, Violation } from '../verify.ts';
import { DAMAGES, type Damage } from './damages.ts';
import { eventsOf, faultsOf } from './payout-events.ts';
import type { Probe } from './probes.ts';
import { patiently, Victim } from './victim.ts';

type Fault = Pick<Violation, 'rule' | 'details'>;
type Owner = { userId: string; state: { payouts: Record<string, Payout> } };

const MADE_AT_ONCE = 4;

/** Each victim has room for the numbers of its operations. */
const NUMBERS_PER_VICTIM = 10;

export class Duties {
  readonly #stack: SimulatedStack;
  readonly #users: ReadonlyMap<number, Owner>;
  readonly #clients: Clients;
  readonly #counts: Counts;
  readonly #victimsAsUsers: Users;
  /** Payouts of users who have left, and of victims as they were, of which the bus was not asked yet. */
  #departed: Owner[] = [];
  #victims: { victim: Victim; damage: Damage }[] = [];

  constructor(
    stack: SimulatedStack,
    users: ReadonlyMap<number, Owner>,
    clients: Clients,
    counts: Counts,
    salt: string,
  ) {
    this.#stack = stack;
    this.#users = users;
    this.#clients = clients;
    this.#counts = counts;
    this.#victimsAsUsers = new Users(`${salt}-victim`);
  }

  /** Also of a user who has left the bus has to have got everything. */
  remember(user: Owner): void {
    this.#departed.push(user);
  }

  async perform({ number, seed }: Step, duty: Duty): Promise<Violation | undefined> {
    const fault = await {
      stream: () => this.#stream(`${seed} ${number}`),
      damage: () => this.#damage(number),
      reconcile: () => this.#reconcile(),
    }[duty]();
    return fault && { step: number, users: [], ...fault };
  }

  async #stream(seed: string): Promise<Fault | undefined> {
    const stuck = await this.#stack.payoutStream.publish(seed);
    if (stuck !== undefined) return { rule: 'one record holds up the stream', details: [stuck] };
    const got = Map.groupBy(
      this.#stack.bus.published,
      ({ detail }) => (detail.payout as { id: string }).id,
    );
    for (const { userId, state } of [...this.#users.values(), ...this.#departed.splice(0)])
      for (const payout of Object.values(state.payouts)) {
        const details = faultsOf(eventsOf(userId, payout), got.get(payout.id) ?? []);
        if (details.length > 0)
          return { rule: `the bus was told wrongly of payout ${payout.id}`, details };
      }
    return undefined;
  }

  /** Every kind of damage to a user of its own; what it touches is refused, and nothing else is. */
  async #damage(step: number): Promise<Fault | undefined> {
    await this.#repair();
    const { database } = this.#stack;
    this.#victims = DAMAGES.map((damage, index) => {
      const user = (step * DAMAGES.length + index) * NUMBERS_PER_VICTIM;
      const victim = new Victim(user, this.#stack, this.#clients, this.#victimsAsUsers);
      return { victim, damage };
    });
    const unmade: string[] = [];
    await inParallel(this.#victims, MADE_AT_ONCE, async ({ victim }) => {
      const fault = await victim.make();
      if (fault !== undefined) unmade.push(fault);
    });
    if (unmade.length > 0) return { rule: 'a user could not be made', details: unmade };
    this.#stack.proxy.damagedUsers = new Set(this.#victims.map(({ victim }) => victim.userId));
    for (const { victim, damage } of this.#victims) await damage.damage(victim, database);
    for (const { victim, damage } of this.#victims)
      for (const probe of damage.probes(victim)) {
        this.#counts.operations++;
        const rule = await this.#tried(probe, victim);
        if (rule !== undefined)
          return { rule: `${damage.name}, ${probe.name}: ${rule}`, details: [victim.userId] };
      }
    for (const name of ['MeasureQueue', 'UnlockDueRewards']) {
      if (!(await this.#invoke(name, {})))
        return { rule: `damage makes ${name} fail`, details: this.#stack.logs.slice(-5) };
    }
    return this.#notUnlocked();
  }

  /** What the function came to; undefined when it failed every time. */
  #invoke = (name: string, event: object) =>
    patiently(async () => {
      const outcome = await this.#stack.runtime.invoke(name, event);
      return outcome.type === 'result' ? outcome : undefined;
    });

  async #tried(probe: Probe, { userId }: Victim): Promise<string | undefined> {
    if ('holds' in probe) {
      const goesOn = await patiently(async () => (await probe.holds()) || undefined);
      return goesOn ? undefined : 'does not go on';
    }
    const { database, logs } = this.#stack;
    const before = await textOfUser(database, userId);
    const fault = await patiently(async () => {
      const logged = logs.length;
      if (!(await probe.refused())) return 'is not refused';
      if ((await textOfUser(database, userId)) !== before)
        return 'is refused, and changes something';
      const isTold = logs.slice(logged).some((line) => line.includes('corrupt_item'));
      return isTold ? 'none' : undefined;
    });
    if (fault === 'none') return undefined;
    return fault ?? 'is refused without a word of a corrupt item';
  }

  /** The sweep unlocks for those who are sound, whatever is wrong with others. */
  async #notUnlocked(): Promise<Fault | undefined> {
    const sound = this.#victims.find(({ damage }) => damage.name === 'none');
    if (!sound) return undefined;
    const { rewardStatus } = await this.#stack.database.readUser(sound.victim.userId);
    return rewardStatus.r4 === 'available'
      ? undefined
      : { rule: 'damage keeps the sweep from others', details: [JSON.stringify(rewardStatus)] };
  }

  /** Reconciliation names exactly the damaged ones. */
  async #reconcile(): Promise<Fault | undefined> {
    const ours = new Set([
      ...[...this.#users.values()].map(({ userId }) => userId),
      ...this.#victims.map(({ victim }) => victim.userId),
    ]);
    const named: string[] = [];
    let next: unknown;
    do {
      const event = next === undefined ? {} : { next };
      const outcome = await this.#invoke('Reconcile', event);
      if (!outcome) return { rule: 'Reconcile failed', details: this.#stack.logs.slice(-5) };
      const run = JSON.parse(outcome.payload) as {
        accounts: { user_id: string }[];
        next?: unknown;
      };
      named.push(...run.accounts.map(({ user_id }) => user_id.toLowerCase()));
      next = run.next;
    } while (next !== undefined);
    const damaged = this.#victims.filter(({ damage }) => damage.isNamed);
    const unnamed = damaged.filter(({ victim }) => !named.includes(victim.userId));
    const expected = new Set(damaged.map(({ victim }) => victim.userId));
    const wronged = named.filter((userId) => ours.has(userId) && !expected.has(userId));
    const unmended = await this.#mend();
    await this.#repair();
    if (unmended) return unmended;
    if (unnamed.length > 0)
      return {
        rule: 'reconciliation does not see everything',
        details: unnamed.map(({ damage }) => damage.name),
      };
    return wronged.length > 0
      ? { rule: 'reconciliation names who is sound', details: wronged }
      : undefined;
  }

  /** What was damaged and is repaired goes on, and the stream tells what follows. */
  async #mend(): Promise<Fault | undefined> {
    for (const { victim, damage } of this.#victims) {
      if (!damage.mend) continue;
      if (!(await damage.mend(victim)))
        return { rule: `${damage.name}: does not go on when mended`, details: [victim.userId] };
      await victim.look();
    }
    return undefined;
  }

  /** Takes the victims away, and remembers what the bus has to have got of them. */
  async #repair(): Promise<void> {
    for (const { victim } of this.#victims.splice(0)) {
      const payouts = Object.fromEntries(victim.payouts.map((payout) => [payout.id, payout]));
      this.#departed.push({ userId: victim.userId, state: { payouts } });
      for (const userId of [victim.userId, victim.userId.toUpperCase()])
        await deleteUser(this.#stack.database, userId);
      this.#victimsAsUsers.delete(victim.user);
    }
  }
}
