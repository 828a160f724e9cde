/** Gives CloudFormation's intrinsic functions the values that they have on this machine. */
import { Problem } from '../../problem.ts';

export interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is free-form JSON, read property by property with a check.
  Properties?: Record<string, any>;
  Metadata?: Record<string, unknown>;
}

export interface Template {
  Resources: Record<string, Resource>;
  Parameters?: Record<string, { Default?: unknown }>;
}

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '000000000000';
/** Any engine on this machine takes any credentials; these can never open a real account. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** `arn('lambda', 'function:Greet')` */
export const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${resource}`;

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::AccountId': ACCOUNT_ID,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::StackName': 'local',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** By type: the property that sets a resource's name, and what its ARN has before the name. */
const NAMED: Record<string, { property: string; arn: string }> = {
  'AWS::DynamoDB::Table': { property: 'TableName', arn: arn('dynamodb', 'table/') },
  'AWS::Events::EventBus': { property: 'Name', arn: arn('events', 'event-bus/') },
  'AWS::Events::Rule': { property: 'Name', arn: arn('events', 'rule/') },
  'AWS::Lambda::Function': { property: 'FunctionName', arn: arn('lambda', 'function:') },
  'AWS::SQS::Queue': { property: 'QueueName', arn: arn('sqs', '') },
};

export class Intrinsics {
  readonly template: Template;

  constructor(template: Template) {
    this.template = template;
  }

  /** The text that the value becomes; `user` is the resource to name when it cannot. */
  text(value: unknown, user: string): string {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    const [[name, argument] = [], ...rest] = Object.entries(value ?? {});
    if (rest.length === 0) {
      if (name === 'Ref') return this.#ref(String(argument), user);
      if (name === 'Fn::GetAtt') return this.#attribute(argument, user);
      if (name === 'Fn::Join') return this.#join(argument, user);
      if (name === 'Fn::Sub') return this.#substitute(argument, user);
    }
    throw cannot(user, JSON.stringify(value));
  }

  /** The physical name of a resource; its logical id unless the template sets one. */
  nameOf(id: string, user: string): string {
    const { Type, Properties } = this.template.Resources[id] ?? { Type: '' };
    const property = NAMED[Type]?.property;
    if (property === undefined) throw cannot(user, `a reference to ${id}`);
    return Properties?.[property] === undefined ? id : this.text(Properties[property], id);
  }

  /** The logical id of the resource whose attribute (an ARN, say) the value is, if it is one. */
  resourceOf(value: unknown): string | undefined {
    const argument = (value as { 'Fn::GetAtt'?: unknown } | undefined)?.['Fn::GetAtt'];
    const id = typeof argument === 'string' ? argument.split('.')[0] : (argument as unknown[])?.[0];
    return typeof id === 'string' && id in this.template.Resources ? id : undefined;
  }

  #ref(id: string, user: string): string {
    // A reference to a queue is its address, which nothing here needs.
    if (this.template.Resources[id]?.Type === 'AWS::SQS::Queue')
      throw cannot(user, `a reference to ${id}`);
    const value = PSEUDO_PARAMETERS[id] ?? this.template.Parameters?.[id]?.Default;
    return value === undefined ? this.nameOf(id, user) : String(value);
  }

  #attribute(argument: unknown, user: string): string {
    const [id = '', attribute] =
      typeof argument === 'string' ? argument.split('.') : (argument as string[]);
    const named = NAMED[this.template.Resources[id]?.Type ?? ''];
    if (attribute !== 'Arn' || named === undefined) throw cannot(user, `${id}.${attribute}`);
    return named.arn + this.nameOf(id, user);
  }

  #join(argument: unknown, user: string): string {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map((part) => this.text(part, user)).join(separator);
  }

  #substitute(argument: unknown, user: string): string {
    if (typeof argument !== 'string') throw cannot(user, 'Fn::Sub with its own variables');
    return argument.replace(/\$\{([^!}][^}]*)\}/g, (_all, name: string) =>
      name.includes('.') ? this.#attribute(name, user) : this.#ref(name, user),
    );
  }
}

const cannot = (user: string, what: string): Problem =>
  new Problem(
    `The template's resource ${user} uses ${what}, which cannot be resolved on this machine.`,
  );
