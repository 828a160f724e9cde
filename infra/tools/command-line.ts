/** What the command lines share: reading options, the AWS credentials, and a missing answer. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Problem, UsageError } from '../problem.ts';
import { LOOPBACK } from '../surroundings.ts';

/** Where `npm start` listens. */
export const LOCAL_URL = 'http://127.0.0.1:3000';

/** Whether the address is of this machine. */
export const isLocal = ({ hostname }: URL): boolean => LOOPBACK.includes(hostname);

/** As `parseArgs` of Node, but throws UsageError. */
export function parse<const Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Of the caller, from wherever the AWS command line has them; of the profile, when it is named. */
export function callersCredentials(profile?: string) {
  const provider = defaultProvider({ ...(profile && { profile }) });
  return () =>
    provider().catch((error: Error) => {
      throw new Problem(`There are no credentials to sign with: ${error.message}`);
    });
}

/** For a request that failed on its way; `code` names the reason, such as ECONNREFUSED. */
export function unreachable(
  origin: string,
  code: string,
  { local = false, hint = '' } = {},
): Problem {
  const start = code === 'ECONNREFUSED' && local ? ' Is npm start running?' : '';
  return new Problem(`There was no answer from ${origin} (${code}).${start}${hint}`);
}

/** The reason that a failed `fetch` hides in its cause. */
export const codeOf = ({ name, cause }: Error): string =>
  ((cause ?? {}) as { code?: string }).code ?? name;
