/** An operator: a user of the account who may call the operators' routes, and nothing else. */
import assert from 'node:assert/strict';
import { ACCOUNT_ID, REGION } from '../../../infra/local/template/intrinsics.ts';
import type { Aws } from './calls.ts';

const NAME = 'trial-operator';

export interface Operator {
  arn: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  leave: () => Promise<void>;
}

export async function hire(apiId: string, aws: Aws): Promise<Operator> {
  const iam = (action: string, input: Record<string, string> = {}) =>
    aws('iam', { action, version: '2010-05-08', input: { UserName: NAME, ...input } });
  const made = await iam('CreateUser');
  const route = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${apiId}/*/*/v1/admin/referrals/*`;
  const policy = { PolicyName: NAME };
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: route }],
  });
  await iam('PutUserPolicy', { ...policy, PolicyDocument });
  const key = await iam('CreateAccessKey');
  const accessKeyId = textOf(key, 'AccessKeyId');
  return {
    arn: textOf(made, 'Arn'),
    credentials: { accessKeyId, secretAccessKey: textOf(key, 'SecretAccessKey') },
    leave: async () => {
      await iam('DeleteAccessKey', { AccessKeyId: accessKeyId });
      await iam('DeleteUserPolicy', policy);
      await iam('DeleteUser');
    },
  };
}

function textOf(xml: string, element: string): string {
  const [, text] = new RegExp(`<${element}>([^<]+)<`).exec(xml) ?? [];
  assert.ok(text, `there is no ${element} in ${xml}`);
  return text;
}
