/** Cost as a user's history grows, from ten rewards and payouts to 100,000 of each. */
import type { Section } from '../bench.ts';
import { unitsByDepth } from '../history/depth.ts';
import { openHistories } from '../history/histories.ts';
import { timesByHistory } from '../history/times.ts';
import { unitsByHistory } from '../history/units.ts';
import { reconciling, unlocking } from '../history/unlocking.ts';

export const history: Section = {
  name: 'history',
  title: 'Cost as history grows, 10 to 100,000 rewards and as many payouts',
  run: async (bench) => {
    await using histories = await openHistories(bench);
    const unlock = await unlocking(histories);
    const [unitRows, unitChart] = await unitsByHistory(histories);
    const [depthRows, depthChart] = await unitsByDepth(histories);
    const [timeRows, timeChart] = await timesByHistory(bench, histories);
    const reconciled = await reconciling(histories);
    return {
      rows: [...unitRows, ...timeRows, ...depthRows, ...unlock, reconciled],
      charts: [unitChart, timeChart, depthChart],
    };
  },
};
