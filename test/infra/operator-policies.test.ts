/** Who may call which of the operators' routes, by the template's own policies. */
import { beforeAll, expect, test } from 'vitest';
import { functionsWith } from '../../infra/compute/catalogue.ts';
import { ofType, type SynthesizedTemplate, synthesize } from '../support/synth.ts';

let template: SynthesizedTemplate;
beforeAll(async () => {
  template = await synthesize();
});

const statementOf = (output: string) => {
  const policy = template.Resources[template.Outputs[output]?.Value.Ref];
  expect(policy?.Type).toBe('AWS::IAM::ManagedPolicy');
  const { Statement } = policy?.Properties.PolicyDocument ?? {};
  expect(Statement).toHaveLength(1);
  return Statement[0];
};

/** Of this API's own, on any of its stages. */
const patternsOf = (output: string): string[] =>
  [statementOf(output).Resource].flat().map((resource) => {
    const [api] = ofType(template, 'AWS::ApiGatewayV2::Api')[0] ?? [];
    const [before, pattern] = resource['Fn::Join'][1].slice(-2);
    expect(before).toEqual({ Ref: api });
    expect(pattern.slice(0, 3)).toBe('/*/');
    return pattern.slice(3);
  });

/** As IAM reads a pattern: a star is any text, slashes too. */
const matches = (pattern: string, path: string): boolean =>
  new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`).test(path);

const asked = (route: string) => route.replace(' ', '').replace(/\{\w+\}/g, 'an-id');
const routes = functionsWith('route').map(({ route }) => route);

const READS = [
  'GET /v1/admin/referrals/payouts',
  'GET /v1/admin/referrals/totals',
  'GET /v1/admin/referrals/payouts/{id}',
  'GET /v1/admin/referrals/users/{user_id}',
];
const onPayout = (...steps: string[]) =>
  steps.map((step) => `POST /v1/admin/referrals/payouts/{id}/${step}`);
const onUser = (...steps: string[]) =>
  steps.map((step) => `POST /v1/admin/referrals/users/{user_id}/${step}`);

const MAY = {
  OperatorPolicyArn: [
    ...READS,
    ...onPayout('processing', 'attempts', 'released', 'sent', 'failed', 'cancelled'),
  ],
  ApproverPolicyArn: [...READS, ...onPayout('approved', 'reviewed'), ...onUser('frozen', 'thawed')],
  ReaderPolicyArn: READS,
};

test.each(Object.entries(MAY))('%s allows these routes and no others', (output, may) => {
  const patterns = patternsOf(output);
  const allowed = routes.filter((route) => patterns.some((each) => matches(each, asked(route))));
  expect(allowed.sort()).toEqual(may.sort());
  expect(patterns).toHaveLength(may.length);
});

test('each operators’ route is in a policy, and none is both of who pays and who looks', () => {
  const operators = routes.filter((route) => route.includes('/v1/admin/'));
  expect(new Set(Object.values(MAY).flat())).toEqual(new Set(operators));
  const writes = (may: string[]) => may.filter((route) => !READS.includes(route));
  const both = new Set(writes(MAY.OperatorPolicyArn)).intersection(
    new Set(writes(MAY.ApproverPolicyArn)),
  );
  expect([...both]).toEqual([]);
});

test('a caller who made up their own name is let in by none', () => {
  for (const output of Object.keys(MAY))
    expect(statementOf(output)).toMatchObject({
      Effect: 'Allow',
      Action: 'execute-api:Invoke',
      Condition: { StringEquals: { 'aws:PrincipalType': ['User', 'AssumedRole'] } },
    });
});
