/** Finds what was deployed for a stage by the stage's name alone, by asking CloudFormation. */
import { AwsV4Signer } from 'aws4fetch';
import { Problem, UsageError } from '../problem.ts';
import { type Settings, stackNameOf } from '../settings.ts';
import { stageNamed } from '../stages.ts';
import { callersCredentials, codeOf, unreachable } from './command-line.ts';

export interface StageStack {
  stackName: string;
  region: string;
  /** The stack's outputs by their names, such as `ApiUrl`; infra/README.md lists them. */
  outputs: Record<string, string>;
  /** The name or ARN that the resource got, by its name in the template, such as `Reconcile`. */
  physicalId(logicalId: string): Promise<string>;
  /** The template that the stack was deployed with. */
  template(): Promise<{ Resources: Record<string, { Properties?: Record<string, unknown> }> }>;
}

type Options = { [Name in 'region' | 'profile']?: string | undefined };

const TIMEOUT_MS = 30_000;
const API_VERSION = '2010-05-15';

/**
 * Throws SettingsError for a stage that infra/stages.ts does not have, UsageError without a region,
 * and a Problem when the stack is not there, or is another account's than the stage's.
 */
export async function findStageStack(stage: string, options: Options = {}): Promise<StageStack> {
  const settings = stageNamed(stage);
  const region = options.region ?? settings.region ?? process.env.AWS_REGION;
  if (!region) throw new UsageError(`Say with --region where the stage ${stage} is.`);
  const stackName = stackNameOf(stage);
  const ask = connect(region, options.profile);

  const described = await ask({ Action: 'DescribeStacks', StackName: stackName });
  const account = /<StackId>arn:[^:]+:cloudformation:[^:]+:(\d+):/.exec(described)?.[1];
  if (settings.account !== undefined && account !== settings.account)
    throw new Problem(anotherAccount(account, settings));
  return {
    stackName,
    region,
    outputs: outputsOf(described),
    physicalId: async (logicalId) => {
      const resource = await ask({
        Action: 'DescribeStackResource',
        StackName: stackName,
        LogicalResourceId: logicalId,
      });
      const id = textOf(resource, 'PhysicalResourceId');
      if (id === undefined) throw new Problem(`The stack ${stackName} has no ${logicalId} yet.`);
      return id;
    },
    template: async () => {
      const answer = await ask({ Action: 'GetTemplate', StackName: stackName });
      const body = textOf(answer, 'TemplateBody');
      if (body === undefined) throw new Problem(`The stack ${stackName} has no template.`);
      return JSON.parse(body);
    },
  };
}

export const anotherAccount = (found: string | undefined, { stage, account }: Settings): string =>
  `These credentials are of the account ${found}; the stage ${stage} is in ${account}.`;

/** An output of the stack. Throws a Problem when it was deployed before there was one. */
export function outputOf({ stackName, outputs }: StageStack, name: string): string {
  const value = outputs[name];
  if (value === undefined)
    throw new Problem(`The stack ${stackName} has no output ${name}: deploy it again.`);
  return value;
}

/** CloudFormation's answers are XML; none of what is read here has attributes or nests itself. */
function connect(region: string, profile: string | undefined) {
  const credentials = callersCredentials(profile);
  const url = endpointOf(region);
  return async (parameters: Record<string, string>): Promise<string> => {
    const signer = new AwsV4Signer({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: `${new URLSearchParams({ ...parameters, Version: API_VERSION })}`,
      service: 'cloudformation',
      region,
      ...(await credentials()),
    });
    const signed = await signer.sign();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await fetch(signed.url, { ...signed, redirect: 'manual', signal });
      const text = await response.text();
      if (response.ok) return text;
      const message = textOf(text, 'Message') ?? text.slice(0, 200);
      throw new Problem(`CloudFormation (${region}) refused (${response.status}): ${message}`);
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw unreachable(new URL(url).origin, codeOf(error as Error));
    }
  };
}

/** As the SDKs: an endpoint of the environment before the region's own. */
function endpointOf(region: string): string {
  const { AWS_ENDPOINT_URL_CLOUDFORMATION: own, AWS_ENDPOINT_URL: everything } = process.env;
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL('/', own || everything || `https://cloudformation.${region}.${suffix}`).href;
}

function outputsOf(xml: string): Record<string, string> {
  const outputs = /<Outputs>(.*?)<\/Outputs>/s.exec(xml)?.[1] ?? '';
  return Object.fromEntries(
    [...outputs.matchAll(/<member>(.*?)<\/member>/gs)].map(([, member = '']) => [
      textOf(member, 'OutputKey') ?? '',
      textOf(member, 'OutputValue') ?? '',
    ]),
  );
}

function textOf(xml: string, tag: string): string | undefined {
  const text = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
  return text?.replaceAll(/&(?:(lt|gt|quot|apos|amp)|#(\d+)|#x([\da-f]+));/gi, (_, ...codes) => {
    const [name, decimal, hex] = codes as (string | undefined)[];
    if (name !== undefined) return ENTITIES[name.toLowerCase() as keyof typeof ENTITIES];
    return String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16));
  });
}

const ENTITIES = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
