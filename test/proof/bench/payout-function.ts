/** Three sections about the payout function alone: bytes shipped, cold start, warm overhead. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { asksChains, type FunctionName } from '../../../infra/compute/catalogue.ts';
import type { Section } from './bench.ts';
import { type Blocks, openTarget } from './measure.ts';
import { atMost, median, ratio, shown } from './report.ts';

/** The size that a function's cold start was measured with; above it somebody has to look again. */
const LIMIT_KB = 200;
/** Nobody waits for those that ask chains, which carry viem and @solana/kit. */
const LIMIT_ASKING_KB = 330;

export const bytes: Section = {
  name: 'bytes',
  title: 'Bytes shipped',
  run: async ({ stack, files }) => {
    const floor = sizeOf(files.clientOnly);
    const detail = ({ KB, gzippedKB }: Size) =>
      `${gzippedKB.toFixed(1)} KB gzipped; ${(KB / floor.KB).toFixed(2)} of the floor`;
    const functions = stack.functions
      .map(({ name, dir }) => ({ name, size: sizeOf(join(dir, 'index.mjs')) }))
      .sort((one, other) => other.size.KB - one.size.KB);
    const peer = sizeOf(files.peer);
    return {
      rows: [
        ...functions.map(({ name, size }) =>
          atMost(`${name}, KB`, limitOf(name), size.KB, detail(size)),
        ),
        shown('floor: a client and nothing else, KB', floor.KB, detail(floor)),
        shown('peer: the usual recipe of the payout function, KB', peer.KB, detail(peer)),
      ],
    };
  },
};

const limitOf = (name: string): number =>
  asksChains(name as FunctionName) ? LIMIT_ASKING_KB : LIMIT_KB;

type Size = { KB: number; gzippedKB: number };

function sizeOf(file: string): Size {
  const content = readFileSync(file);
  return { KB: content.length / 1000, gzippedKB: gzipSync(content).length / 1000 };
}

const COLD_STARTS = 21;

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
    for (let round = 0; round < bench.rounds(COLD_STARTS); round++) {
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
          0.5,
          ...ratio(imports.ours, imports.floor),
        ),
        shown('  the peer / the same', ...ratio(imports.peer, imports.floor)),
        atMost(
          'spawn to first 202 / the same two calls alone',
          0.8,
          ...ratio(firsts.ours, firsts.floor),
        ),
        shown('  the peer / the same', ...ratio(firsts.peer, firsts.floor)),
      ],
    };
  },
};

const WARM_RUNS = 7;
const WARM_BLOCKS: Blocks = { warmUp: 50, measured: 40, calls: 20 };

export const warm: Section = {
  name: 'warm',
  title: 'Warm overhead of the payout function',
  run: async (bench) => {
    await using target = await openTarget(bench);
    const { measure, payoutBy } = target;
    const { files } = bench;
    const ratios = (file: string) => ({ file, latency: [] as number[], cpu: [] as number[] });
    const [ours, peer] = [ratios(files.payout), ratios(files.peer)];
    for (let run = 0; run < bench.rounds(WARM_RUNS); run++)
      // Each beside nothing but the floor: a third bundle would change the heap of the other two.
      for (const { file, latency, cpu } of [ours, peer]) {
        const cases = [file, files.twoCallsOurRecipe].map((of) => ({
          ...payoutBy(of),
          warmsUp: true,
        }));
        const [one, floor] = await measure.compare(cases, WARM_BLOCKS);
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
