/** Reads the command line of the reconciliation by hand. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A command line that cannot be used; the message is one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `Usage: npm run reconcile -- [options]

Compares every account with its rewards, payouts and invoices, beside live traffic, and names those that differ.

Options
  --url URL         npm start on this machine (default http://127.0.0.1:3000)
  --function NAME   the deployed function Reconcile, invoked with your own AWS credentials
  --region REGION   where that function is (default AWS_REGION)
  --json            the result as JSON, for scripts
  --help            this

Exit code: 0 no account differs; 1 some do, or were skipped, or it failed; 2 the command line cannot be used.`;

const options = {
  url: { type: 'string' },
  function: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

export type Target = { url: string } | { functionName: string; region: string };
export interface CommandLine {
  target: Target;
  json: boolean;
}

const LOCAL_URL = 'http://127.0.0.1:3000';

/** Undefined when help is asked for. Throws UsageError. */
export function readCommandLine(args: string[], env: NodeJS.ProcessEnv): CommandLine | undefined {
  const { function: functionName, json = false, ...values } = parse(args);
  if (values.help) return undefined;
  if (functionName === undefined) {
    if (values.region !== undefined) throw new UsageError('--region goes with --function.');
    const { url = LOCAL_URL } = values;
    if (!URL.canParse(url) || !url.startsWith('http'))
      throw new UsageError(`${url} is not an address.`);
    return { target: { url }, json };
  }
  if (values.url !== undefined) throw new UsageError('Choose one of --url and --function.');
  const region = values.region ?? env.AWS_REGION;
  if (!region) throw new UsageError('Say with --region where the function is.');
  return { target: { functionName, region }, json };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
