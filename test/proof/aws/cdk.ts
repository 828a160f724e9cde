/** Runs the CDK's own command line against an endpoint that is not AWS. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LOCAL_CREDENTIALS, REGION } from '../../../infra/local/template/intrinsics.ts';
import { Problem } from '../../../infra/problem.ts';

export type Cdk = (...args: string[]) => Promise<string>;

const PROGRAM = join(import.meta.dirname, '../../../node_modules/aws-cdk/bin/cdk');
const WITHIN_MS = 300_000;

/** Gives what the command printed; throws Problem with its end. All that it keeps is in `home`. */
export function cdkAt(endpoint: string, home: string, signal: AbortSignal): Cdk {
  mkdirSync(home, { recursive: true });
  // Nothing of the caller's environment, so that no real account can be meant.
  const env = {
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: home,
    CDK_HOME: home,
    TMPDIR: home,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    // It asks nobody beside the endpoint.
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_VERSION_CHECK: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NO_COLOR: '1',
  };
  return async (...args) => {
    const line = [PROGRAM, ...args, '--ci', '--no-notices', '--no-version-reporting'];
    const options = { cwd: home, env, signal, timeout: WITHIN_MS, maxBuffer: 2 ** 26 };
    try {
      return (await promisify(execFile)(process.execPath, line, options)).stdout;
    } catch (error) {
      const { stdout = '', stderr = '', message } = error as Error & Record<string, string>;
      throw new Problem(`cdk ${args[0]} failed:\n${`${stdout}${stderr}`.slice(-4000) || message}`);
    }
  };
}
