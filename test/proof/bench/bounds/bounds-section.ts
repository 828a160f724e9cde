/** What must stay bounded: the sweep of many rewards, a long queue, a user with very much due. */
import type { Section } from '../bench.ts';
import { queueRows } from './long-queue.ts';
import { muchDueRows } from './much-due.ts';
import { sweepRows } from './sweeping.ts';

export const bounds: Section = {
  name: 'bounds',
  title: 'Bounds: 50,000 rewards due at once, 100,000 open payouts',
  run: async (bench) => ({
    rows: [...(await muchDueRows(bench)), ...(await queueRows(bench)), ...(await sweepRows(bench))],
  }),
};
