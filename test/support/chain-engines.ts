/** Tests on chain engines: skipped, with one line that says why, where those are not installed. */
import { describe } from 'vitest';
import {
  type ChainEngine,
  missingEngines,
} from '../../infra/local/only-here/chains/chain-engines.ts';

const told = new Set<string>();

/** `describe` for what needs these engines. */
export function describeOnChain(...engines: ChainEngine[]) {
  const missing = missingEngines(...engines);
  // Not by the console, which is shown only beside a failure.
  if (missing && !told.has(missing)) process.stderr.write(`skipped: ${missing}\n`);
  if (missing) told.add(missing);
  return describe.skipIf(missing !== undefined);
}
