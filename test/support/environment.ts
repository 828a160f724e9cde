/** The environment that Lambda gives a function, for clients and handlers that a test makes. */
import { vi } from 'vitest';
import { LOCAL_CREDENTIALS, REGION } from '../../infra/local/template/intrinsics.ts';
import { TABLE_NAMES, tableVariable } from '../../lib/config.ts';
import type { Database } from './database.ts';

/** The key of the local stack, and where a service of AWS is; until `vi.unstubAllEnvs`. */
export function stubAws(
  service: 'DYNAMODB' | 'EVENTBRIDGE' | 'SECRETS_MANAGER',
  url: string,
  more: Record<string, string> = {},
): void {
  const variables = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    [`AWS_ENDPOINT_URL_${service}`]: url,
    ...more,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

/** The same for a function that finds its tables in this database. */
export const stubDatabase = ({ url, tables }: Pick<Database, 'url' | 'tables'>): void =>
  stubAws(
    'DYNAMODB',
    url,
    Object.fromEntries(TABLE_NAMES.map((name) => [tableVariable(name), tables[name]])),
  );
