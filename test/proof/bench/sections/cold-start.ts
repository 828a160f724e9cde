/** Cold start: importing the bundle, and a whole process from spawn to its first answer. */
import type { Section } from '../bench.ts';
import { atMost, shown } from '../rows.ts';
import { ratio } from '../stats.ts';
import { openTarget } from '../target.ts';

const ROUNDS = 21;

export const coldStart: Section = {
  name: 'cold-start',
  title: 'Cold start of the payout function',
  run: async (bench) => {
    await using target = await openTarget(bench);
    const { measure, payoutBy } = target;
    const { files } = bench;
    const imports = { ours: [] as number[], floor: [] as number[], peer: [] as number[] };
    const firsts = { ours: [] as number[], floor: [] as number[], peer: [] as number[] };
    let undici = false;
    for (let round = 0; round < bench.rounds(ROUNDS); round++) {
      const ours = await measure.import(payoutBy(files.payout));
      imports.ours.push(ours.ms);
      undici ||= ours.undici;
      imports.floor.push((await measure.import(payoutBy(files.clientOnly))).ms);
      imports.peer.push((await measure.import(payoutBy(files.peer))).ms);
      firsts.ours.push(await measure.first(payoutBy(files.payout)));
      firsts.floor.push(await measure.first(payoutBy(files.twoCalls)));
      firsts.peer.push(await measure.first(payoutBy(files.peer)));
    }
    return {
      rows: [
        atMost('undici loaded at init', 0, Number(undici)),
        atMost(
          'import / a bundle that only makes a client',
          0.65,
          ...ratio(imports.ours, imports.floor),
        ),
        shown('  the peer / the same', ...ratio(imports.peer, imports.floor)),
        atMost(
          'spawn to first 202 / the same two calls alone',
          0.88,
          ...ratio(firsts.ours, firsts.floor),
        ),
        shown('  the peer / the same', ...ratio(firsts.peer, firsts.floor)),
      ],
    };
  },
};
