/** How the programs here read their command lines: `--help`, and a reason for what cannot be used. */
import { settleIn } from '../../infra/surroundings.ts';

/** What `read` makes of the arguments. Ends the program for `--help`, and where it throws. */
export function orUsage<Options>(usage: string, read: (args: string[]) => Options): Options {
  settleIn();
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return read(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

/** A whole number from `least` on; throws for anything else. */
export function wholeNumber(name: string, text: string, least = 0): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`--${name} must be a whole number from ${least} on, not "${text}".`);
}
