/** Warm overhead: latency and CPU of a payout beyond the two calls that nobody can do without. */
import type { Section } from '../bench.ts';
import type { Blocks } from '../measure.ts';
import { atMost, shown } from '../rows.ts';
import { median } from '../stats.ts';
import { openTarget } from '../target.ts';

const RUNS = 7;
const BLOCKS: Blocks = { warmUp: 50, measured: 40, calls: 20 };

export const warm: Section = {
  name: 'warm',
  title: 'Warm overhead of the payout function',
  run: async (bench) => {
    await using target = await openTarget(bench);
    const { measure, payoutBy } = target;
    const { files } = bench;
    const ratios = (file: string) => ({ file, latency: [] as number[], cpu: [] as number[] });
    const [ours, peer] = [ratios(files.payout), ratios(files.peer)];
    for (let run = 0; run < bench.rounds(RUNS); run++)
      // Each in a process with nothing but the floor beside it: a third bundle would change the
      // heap of the other two.
      for (const { file, latency, cpu } of [ours, peer]) {
        const cases = [file, files.twoCallsOurRecipe].map((of) => ({
          ...payoutBy(of),
          warmsUp: true,
        }));
        const [one, floor] = await measure.compare(cases, BLOCKS);
        if (!one || !floor) throw new Error('no result');
        latency.push(median(one.ms) / median(floor.ms));
        cpu.push(one.cpuMicros / floor.cpuMicros);
      }
    return {
      rows: [
        atMost(
          'latency / the same two calls alone',
          1.07,
          median(ours.latency),
          spread(ours.latency),
        ),
        shown('  the peer / the same', median(peer.latency), spread(peer.latency)),
        atMost('CPU / the same two calls alone', 1.2, median(ours.cpu), spread(ours.cpu)),
        shown('  the peer / the same', median(peer.cpu), spread(peer.cpu)),
      ],
    };
  },
};

const spread = (values: number[]): string =>
  `${values.length} runs, ${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)}`;
