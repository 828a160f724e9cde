/** The managed policies of those who call the operators' routes, each with exactly its routes. */
import { Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Api } from './api.ts';
import { type Callers, functionsWith } from './compute/catalogue.ts';

/** All of them may read. */
const POLICIES = {
  Operator: {
    callers: 'operators',
    description: 'Settles payouts: claims, attempts, releases and ends, and all that reads.',
  },
  Approver: {
    callers: 'approvers',
    description: 'Approves and reviews payouts, freezes and thaws users, and all that reads.',
  },
  Reader: {
    callers: 'all',
    description: 'Reads payouts and users on the operators’ side, and changes nothing.',
  },
} as const satisfies Record<string, { callers: Callers; description: string }>;

/**
 * Who is called what. IAM lets a user with `sts:GetFederationToken` make up a name, under which
 * they would be a second identity; a user and a role's session have the names that others gave them
 * (infra/README.md, "Who is who"). By AWS's "Global condition context keys" each request has it.
 */
const NAMED_BY_OTHERS = { StringEquals: { 'aws:PrincipalType': ['User', 'AssumedRole'] } };

export class OperatorPolicies extends Construct {
  /** The ARNs of the policies. */
  readonly outputs: Record<string, string>;

  constructor(scope: Construct, api: Api) {
    super(scope, 'OperatorPolicies');
    this.outputs = Object.fromEntries(
      Object.entries(POLICIES).map(([name, { callers, description }]) => {
        const resources = routesOf(callers).map((route) => api.arnOf(`*/${patternOf(route)}`));
        const policy = new ManagedPolicy(this, name, {
          description,
          statements: [
            new PolicyStatement({
              actions: ['execute-api:Invoke'],
              resources,
              conditions: NAMED_BY_OTHERS,
            }),
          ],
        });
        Validations.of(policy).acknowledge({
          id: 'AwsSolutions-IAM5',
          reason:
            'The wildcards stand for the one stage of the API and for the ids in the paths of its routes.',
        });
        return [`${name}PolicyArn`, policy.managedPolicyArn];
      }),
    );
  }
}

const routesOf = (callers: Callers): string[] =>
  functionsWith('route')
    .filter((shape) => 'callers' in shape && ['all', callers].includes(shape.callers))
    .map(({ route }) => route);

/** `POST /v1/payouts/{id}/sent` is `POST/v1/payouts/*` + `/sent`, as IAM names it. */
const patternOf = (route: string): string => route.replace(' ', '').replace(/\{\w+\}/g, '*');
