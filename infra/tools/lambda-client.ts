/** A client of Lambda, deployed or of this machine, which fails with a sentence for a person. */
import { LambdaClient, type LambdaServiceException } from '@aws-sdk/client-lambda';
import { Problem } from '../problem.ts';
import { callersCredentials, unreachable } from './command-line.ts';

export interface LambdaPlace {
  region: string;
  profile?: string | undefined;
  /** Where Lambda is, unless it is AWS's own or the one of AWS_ENDPOINT_URL_LAMBDA. */
  endpoint?: string | undefined;
}

type SendError = LambdaServiceException & { code?: string };

const CONNECT_TIMEOUT_MS = 10_000;
/** What is sent here is safe to repeat: a call whose answer got lost on its way is sent again. */
const ATTEMPTS = 3;

export function connectLambda({ region, profile, endpoint }: LambdaPlace, timeoutMs: number) {
  const given = endpoint ?? process.env.AWS_ENDPOINT_URL_LAMBDA;
  const client = new LambdaClient({
    region,
    // With an endpoint named, the environment's wishes for AWS's own (FIPS, dual stack) are errors.
    ...(given && { endpoint: given, useFipsEndpoint: false, useDualstackEndpoint: false }),
    credentials:
      endpoint === undefined
        ? callersCredentials(profile)
        : { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      // No byte comes while a run is under way. What lies between may end a connection that looks
      // idle (a NAT gateway after 350 s), but the SDK's agent has the system probe it meanwhile.
      socketTimeout: timeoutMs,
    },
  });
  const origin = given ? new URL(given).origin : `Lambda in ${region}`;
  return {
    client,
    origin,
    /** To be thrown in the place of what a call threw; `said` makes a sentence of a refusal. */
    problemOf: (error: SendError, said: (status: number, message: string) => Problem): Problem => {
      if (error instanceof Problem) return error;
      const status = error.$metadata?.httpStatusCode;
      if (status === undefined)
        return unreachable(origin, error.code ?? error.name, { local: endpoint !== undefined });
      return said(status, error.message.split('\n', 1).join());
    },
  };
}
