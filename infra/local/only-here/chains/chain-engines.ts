/**
 * Finds chain engines, and contracts on them, that others wrote. They are packages of `.ci/engines`,
 * which has a lock of its own: only tests and CHAINS=1 need their 200 MB.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Problem } from '../../../problem.ts';

const FOLDER = '.ci/engines';

/** The command that installs them, from the project's folder. */
export const INSTALL_ENGINES = `npm ci --prefix ${FOLDER}`;

/** Where they are. A copy of the project without them, as mutation testing makes, is told. */
const folder = process.env.CHAIN_ENGINES ?? join(import.meta.dirname, '../../../..', FOLDER);
const requireEngine = createRequire(join(folder, 'package.json'));

/** As Foundry calls what Node calls x64. */
const ARCH = process.arch === 'x64' ? 'amd64' : process.arch;
const ANVIL = {
  package: `@foundry-rs/anvil-${process.platform}-${ARCH}`,
  file: process.platform === 'win32' ? 'bin/anvil.exe' : 'bin/anvil',
};

/** What each chain is made of; of each package a file that it has. */
const ENGINES = {
  evm: [
    `${ANVIL.package}/package.json`,
    '@safe-global/safe-contracts/package.json',
    '@openzeppelin/contracts/package.json',
  ],
  solana: ['litesvm/package.json'],
} as const;
export type ChainEngine = keyof typeof ENGINES;

/** One sentence that names what is missing and how to install it; undefined where all is there. */
export function missingEngines(...engines: ChainEngine[]): string | undefined {
  const missing = engines
    .flatMap((engine) => [...ENGINES[engine]])
    .filter((file) => !isThere(file))
    .map((file) => file.replace('/package.json', ''));
  return missing.length === 0
    ? undefined
    : `Chain engines are missing (${missing.join(', ')}): ${INSTALL_ENGINES} installs them.`;
}

function isThere(file: string): boolean {
  try {
    requireEngine.resolve(file);
    return true;
  } catch {
    return false;
  }
}

/** The path of a file of one of their packages. Throws a Problem that says how to install them. */
export function enginePath(file: string): string {
  if (isThere(file)) return requireEngine.resolve(file);
  throw new Problem(`There is no ${file}: ${INSTALL_ENGINES} installs the chain engines.`);
}

/** What one of their packages exports, or what a JSON file of it holds. Throws as `enginePath`. */
export const loadEngine = <T>(file: string): T => requireEngine(enginePath(file)) as T;

/** The program itself: the package's own script would start it as a child that nobody ends. */
export const anvilProgram = (): string => enginePath(`${ANVIL.package}/${ANVIL.file}`);
