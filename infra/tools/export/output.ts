/** How an export tells of its files. */
import { join } from 'node:path';
import { warningText } from '../operator/operator-output.ts';
import { money } from '../text-table.ts';
import type { ToldPart } from './manifest.ts';

export interface Output {
  /** For programs: a line for each file. */
  print: (text: string) => void;
  /** For people. */
  complain: (text: string) => void;
}

/** Their paths, for programs; how much they pay, for people. */
export function show(parts: readonly ToldPart[], out: string, { print, complain }: Output): void {
  for (const { file, payouts } of parts) {
    const sum = payouts.reduce((total, { amount_micro }) => total + amount_micro, 0n);
    complain(`${file}: ${payouts.length} payouts, ${money(sum)} in all`);
    for (const { id, address, warnings } of payouts)
      if (warnings) complain(`  ${id} to ${address}: ${warningText({ warnings })}`);
    print(join(out, file));
  }
}
