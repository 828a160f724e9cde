/** Who may do what: operators of the trial's own, and a function that loses its rights. */
import assert from 'node:assert/strict';
import { ACCOUNT_ID, REGION } from '../../../infra/local/template/intrinsics.ts';
import type { Aws } from './calls.ts';

export interface Operator {
  arn: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** May call the operators' routes from now on, and nothing else. */
  permit: () => Promise<unknown>;
  leave: () => Promise<void>;
}

const iamOf = (aws: Aws) => (action: string, input: Record<string, string>) =>
  aws('iam', { action, version: '2010-05-08', input });

/** Who may do nothing yet. */
export async function hire(name: string, apiId: string, aws: Aws): Promise<Operator> {
  const iam = iamOf(aws);
  const user = { UserName: name };
  const policy = { ...user, PolicyName: name };
  const made = await iam('CreateUser', user);
  const key = await iam('CreateAccessKey', user);
  const accessKeyId = textOf(key, 'AccessKeyId');
  return {
    arn: textOf(made, 'Arn'),
    credentials: { accessKeyId, secretAccessKey: textOf(key, 'SecretAccessKey') },
    permit: () => {
      const Resource = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${apiId}/*/*/v1/admin/referrals/*`;
      const Statement = [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource }];
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      return iam('PutUserPolicy', { ...policy, PolicyDocument });
    },
    leave: async () => {
      await iam('DeleteAccessKey', { ...user, AccessKeyId: accessKeyId });
      await iam('DeleteUserPolicy', policy);
      await iam('DeleteUser', user);
    },
  };
}

/** Takes its policy from the role of this function. */
export async function disarm(functionName: string, aws: Aws): Promise<void> {
  const iam = iamOf(aws);
  const names = await iam('ListRoles', {});
  const [RoleName = ''] =
    names.match(new RegExp(`[\\w-]+-Functions${functionName}Role[\\w-]+`)) ?? [];
  const PolicyName = textOf(await iam('ListRolePolicies', { RoleName }), 'member');
  await iam('DeleteRolePolicy', { RoleName, PolicyName });
}

function textOf(xml: string, element: string): string {
  const [, text] = new RegExp(`<${element}>([^<]+)<`).exec(xml) ?? [];
  assert.ok(text, `there is no ${element} in ${xml}`);
  return text;
}
