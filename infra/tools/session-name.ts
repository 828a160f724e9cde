/** Under which name an operator acts: a claim can be ended by nobody but its claimant. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Problem } from '../problem.ts';
import type { callersCredentials } from './command-line.ts';

type Credentials = Awaited<ReturnType<ReturnType<typeof callersCredentials>>>;

/** SDKs and the AWS command line end a session name that they make up with the time. */
const MADE_UP = /:assumed-role\/[^/]+\/([a-z][a-z-]*-\d{10,})$/i;

/**
 * Throws a Problem when these are a role's under a session name that was made up for this command:
 * the API tells operators apart by their whole ARN, so the next command would be another operator.
 * Asks STS, which says of any kind of credentials what the API will see.
 */
export async function requireLastingName(
  credentials: Credentials,
  region: string,
  profile: string | undefined,
): Promise<void> {
  // A user's own keys have no session.
  if (credentials.sessionToken === undefined) return;
  const sts = new STSClient({ region, credentials });
  const { Arn = '' } = await sts
    .send(new GetCallerIdentityCommand({}))
    .catch(({ message }: Error) => {
      throw new Problem(`STS does not say who you are, so nothing was sent: ${message}`);
    });
  const name = MADE_UP.exec(Arn)?.[1];
  if (name === undefined) return;
  const where = profile === undefined ? 'your AWS profile' : `the AWS profile ${profile}`;
  throw new Problem(
    `Nothing was sent: you would act as ${name}, a session name that is new with every command, ` +
      `and could not end what you claimed. Set role_session_name in ${where} (with a web identity ` +
      'AWS_ROLE_SESSION_NAME) to a name that is yours alone.',
  );
}
