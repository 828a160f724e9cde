/**
 * An operation and what it must cost, to the unit. The least that one can cost follows from what it
 * promises: a consistent read of an item below 4 KB is 1 RRU and one that may lag 0.5; a write
 * within a transaction is 2 WRU for an item below 1 KB; and every index that has to change with the
 * item is 1 WRU, or 2 where its entry moves to another key.
 */
import type { Cost } from './meter.ts';
import type { Scene } from './scene.ts';

export type Operation = {
  what: string;
  expected: string;
  why: string;
  cost: (scene: Scene) => Promise<Cost>;
};

export const SETTLED = 'payout 2, its queue entry moves 2, account 2';
