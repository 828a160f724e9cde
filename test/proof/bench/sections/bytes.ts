/**
 * Bytes shipped: what Lambda downloads for a cold start, of every function, beside the floor and
 * the peer.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Section } from '../bench.ts';
import { atMost, shown } from '../rows.ts';

/** The size that a function's cold start was measured with; above it somebody has to look again. */
const LIMIT_KB = 230;

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
          atMost(`${name}, KB`, LIMIT_KB, size.KB, detail(size)),
        ),
        shown('floor: a client and nothing else, KB', floor.KB, detail(floor)),
        shown('peer: the usual recipe of the payout function, KB', peer.KB, detail(peer)),
      ],
    };
  },
};

type Size = { KB: number; gzippedKB: number };

function sizeOf(file: string): Size {
  const content = readFileSync(file);
  return { KB: content.length / 1000, gzippedKB: gzipSync(content).length / 1000 };
}
