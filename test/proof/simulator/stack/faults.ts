/** What may happen to a call on its way to the database and back, and how often. */
import { type Fault, faults } from '../../../support/fault-proxy.ts';
import type { Random } from '../history/random.ts';

/** What a fault may do beside what happens on the wire. */
type FaultControls = {
  /** Ends the function that made the call, in mid-request. */
  killFunction: () => Promise<void>;
  /** Stops the engine and starts it again on the same data. */
  restartEngine: () => Promise<void>;
  /** Keeps the call for later, after its sender has given it up. */
  keepForLater: () => void;
  /** Lets the transaction become visible item by item; its sender hears of it then, or never. */
  applyByHalves: (isLost: boolean) => Promise<void>;
  /** Leaves the global indexes behind what it writes. */
  lagIndexes: () => Promise<void>;
  /** Deletes what has expired of the keys that it names, as DynamoDB's TTL may at any time. */
  expireKeys: () => Promise<void>;
};

type Weights = Record<string, number>;

/** Of all calls, in a thousand; the rest goes through. */
const ANY_CALL: Weights = {
  loseRequest: 20,
  loseReply: 20,
  garbleReply: 10,
  garbleRefusal: 5,
  failBefore: 15,
  failAfter: 15,
  throttle: 10,
  stallReply: 0.5,
  hangBefore: 0.5,
  hangAfter: 0.5,
  killBefore: 0.2,
  killAfter: 0.2,
  restartEngine: 0.2,
};

const TRANSACTION: Weights = {
  ...ANY_CALL,
  conflict: 25,
  mixRefusal: 25,
  throttleInTransaction: 10,
  inProgressAfter: 5,
  inProgressBefore: 5,
  twice: 20,
  late: 40,
  halfApplied: 60,
  halfAppliedLost: 15,
  lagIndexes: 80,
  expireKeys: 15,
  killAfter: 0.6,
};

const EVEN = 1000;
const sum = (weights: Weights): number =>
  Object.values(weights).reduce((total, weight) => total + weight, 0);
const withRest = (weights: Weights): Weights => ({ ...weights, none: EVEN - sum(weights) });
/** Where others look on, transactions become visible item by item much more often. */
const BESIDE: Weights = { ...TRANSACTION, halfApplied: 250 };
const WEIGHTS = {
  any: withRest(ANY_CALL),
  alone: withRest(TRANSACTION),
  beside: withRest(BESIDE),
};

/** The name of the fault that hits this call, or `none`. */
export const chooseFault = (random: Random, operation: string, isAlone: boolean): string => {
  const transaction = isAlone ? WEIGHTS.alone : WEIGHTS.beside;
  return random.weighted(operation === 'TransactWriteItems' ? transaction : WEIGHTS.any);
};

/** What leaves its sender without a doubt of what became of the call, or says itself that it does. */
export const isDefinite = (fault: string): boolean =>
  [
    'none',
    'twice',
    'conflict',
    'mixRefusal',
    'throttle',
    'throttleInTransaction',
    'halfApplied',
    'halfAppliedLost',
    'metHalfApplied',
    'repeatRefusal',
    'lagIndexes',
    'expireKeys',
  ].includes(fault);

/** Lets it happen. */
export async function applyFault(
  name: string,
  exchange: Parameters<Fault>[0],
  controls: FaultControls,
): Promise<void> {
  switch (name) {
    case 'killBefore':
      return await controls.killFunction();
    case 'killAfter':
      await exchange.forward();
      return await controls.killFunction();
    case 'twice':
      await exchange.forward();
      return exchange.reply(await exchange.forward());
    case 'late':
      controls.keepForLater();
      return exchange.drop();
    case 'halfApplied':
    case 'halfAppliedLost':
      return await controls.applyByHalves(name === 'halfAppliedLost');
    case 'lagIndexes':
    case 'expireKeys':
      await controls[name]();
      return exchange.reply(await exchange.forward());
    case 'restartEngine': {
      // The call is under way when the engine ends: nobody can say whether it was carried out.
      const answer = exchange.forward().catch(() => undefined);
      await controls.restartEngine();
      await answer;
      return exchange.drop();
    }
    default:
      return await (faults as Record<string, Fault>)[name]?.(exchange);
  }
}
