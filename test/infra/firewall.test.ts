import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../../infra/assembly.ts';
import { functionsWith } from '../../infra/compute/catalogue.ts';
import { readAssembly } from '../../infra/local/template/read-assembly.ts';
import { type Firewall, SettingsError, type Stage } from '../../infra/settings.ts';
import { STAGES } from '../../infra/stages.ts';
import { checker, type Judgement } from '../proof/checkers/checker.ts';
import { ofType, type SynthesizedTemplate, stageWith, withFolder } from '../support/synth.ts';

const FIREWALL: Firewall = {
  name: 'pay.triport.io',
  certificateArn:
    'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-4000-8000-000000000001',
  perAddress: 3_000,
  perSession: 600,
};
const ELSEWHERE = FIREWALL.certificateArn.replace('111122223333', '999922223333');
const CONSOLES = ['https://console.triport.io', 'https://beta.triport.io'];

const FILE = 'ReferralPayoutsFirewall.template.json';

const production = (firewall: Firewall) =>
  stageWith({ firewall, consoleOrigins: CONSOLES }, 'production');

interface Assembled {
  firewall: SynthesizedTemplate;
  manifest: Record<string, { environment: string; properties: Record<string, unknown> }>;
  routes: number;
  /** What cfn-lint says and ends with, where there is one. */
  lint: Judgement | undefined;
}

const linter = checker('cfn-lint');

const assemble = (firewall: Firewall, checks = false): Promise<Assembled> =>
  withFolder(async (outdir) => {
    (await buildApp({ outdir, settings: production(firewall), checks })).synth();
    const read = (name: string) => JSON.parse(readFileSync(join(outdir, name), 'utf8'));
    const args = ['--regions', 'us-east-1', '--template', join(outdir, FILE)];
    const lint = checks && !linter.isMissing ? await linter.run(args) : undefined;
    return {
      firewall: read(FILE),
      manifest: read('manifest.json').artifacts,
      routes: readAssembly(outdir).routes.length,
      lint,
    };
  });

let assembled: Assembled;
let template: SynthesizedTemplate;
beforeAll(async () => {
  // With the checks of cdk-nag, which throw for what they do not let pass.
  assembled = await assemble(FIREWALL, true);
  template = assembled.firewall;
});

test('a first deployment that fails can be cleared away, as in the other stack', () =>
  withFolder(async (outdir) => {
    const settings = { ...production(FIREWALL), firstDeployment: true };
    const app = await buildApp({ outdir, settings });
    const stacks = app.node.children.filter((child) => child instanceof Stack);
    expect(stacks.map((stack) => stack.terminationProtection)).toEqual([false, false]);
  }));

const only = (type: string) => {
  const found = ofType(template, type);
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties;
};
const distribution = () => only('AWS::CloudFront::Distribution').DistributionConfig;
const behavior = () => distribution().DefaultCacheBehavior;
const rulesOf = ({ Resources }: SynthesizedTemplate) =>
  Object.values(Resources).find(({ Type }) => Type === 'AWS::WAFv2::WebACL')?.Properties.Rules;
const rules = () => rulesOf(template);

test('no stage has one unless it is switched on', () => {
  for (const stage of Object.values<Stage>(STAGES)) expect(stage.firewall).toBeUndefined();
});

test.skipIf(linter.isMissing)('cfn-lint finds nothing', () =>
  expect(assembled.lint).toEqual({ exitCode: 0, said: '' }),
);

test('it is a stack of its own in us-east-1, protected as the stage is', () => {
  const { environment, properties } = assembled.manifest.ReferralPayoutsFirewall ?? {};
  expect(environment).toBe('aws://111122223333/us-east-1');
  expect(properties).toMatchObject({
    stackName: 'ReferralPayouts-production-Firewall',
    terminationProtection: true,
  });
  expect(assembled.manifest.ReferralPayouts?.environment).toBe('aws://111122223333/eu-central-1');
});

test('neither stack takes anything from the other', () => {
  expect(JSON.stringify(template)).not.toMatch(/ImportValue|Custom::/);
});

test('this machine runs the service of such a stage, without what stands before it', () =>
  expect(assembled.routes).toBe(functionsWith('route').length));

describe('the distribution', () => {
  test('answers to the public host and asks the API’s own, by TLS alone', () => {
    expect(distribution()).toMatchObject({
      Aliases: [FIREWALL.name],
      IPV6Enabled: false,
      ViewerCertificate: {
        AcmCertificateArn: FIREWALL.certificateArn,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
    expect(behavior().ViewerProtocolPolicy).toBe('https-only');
    expect(distribution().Origins).toMatchObject([
      {
        DomainName: STAGES.production.domain.name,
        CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
      },
    ]);
  });

  test('stands behind the firewall', () => {
    const [[id] = []] = ofType(template, 'AWS::WAFv2::WebACL');
    expect(distribution().WebACLId).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
  });

  test('keeps nothing, and hands on all but the host', () => {
    // AWS's own policies CachingDisabled and AllViewerExceptHostHeader.
    expect(behavior()).toMatchObject({
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
    });
    expect(behavior().AllowedMethods).toEqual(expect.arrayContaining(['GET', 'POST', 'OPTIONS']));
  });

  test('keeps no error either, which it would show to others for ten seconds', () => {
    const kept: { ErrorCode: number }[] = distribution().CustomErrorResponses;
    const codes = kept.map(({ ErrorCode }) => ErrorCode);
    expect(codes).toEqual([400, 403, 404, 405, 414, 500, 501, 502, 503, 504]);
    for (const response of kept) {
      const { ErrorCode } = response;
      expect(response).toEqual({ ErrorCode, ErrorCachingMinTTL: 0 });
    }
  });

  test('waits longer than the gateway does', () =>
    expect(distribution().Origins[0].CustomOriginConfig.OriginReadTimeout).toBeGreaterThan(30));

  test('logs who called, and neither cookies, paths nor queries', () => {
    const { RecordFields } = only('AWS::Logs::Delivery');
    expect(RecordFields).toEqual(expect.arrayContaining(['time', 'c-ip', 'sc-status']));
    expect(RecordFields.join()).not.toMatch(/cookie|uri|referer|user-agent/i);
    expect(only('AWS::Logs::LogGroup').RetentionInDays).toBe(90);
  });
});

describe('the firewall', () => {
  test('counts five minutes of each address and of each session', () => {
    const limits = rules().slice(0, 2);
    for (const { Action, RuleLabels } of limits)
      expect([Action, RuleLabels]).toEqual([{ Count: {} }, [{ Name: 'too-many' }]]);
    expect(
      limits.map(({ Statement }: { Statement: object }) => Object.values(Statement)[0]),
    ).toMatchObject([
      { Limit: 3_000, EvaluationWindowSec: 300, AggregateKeyType: 'IP' },
      {
        Limit: 600,
        EvaluationWindowSec: 300,
        AggregateKeyType: 'CUSTOM_KEYS',
        CustomKeys: [{ Cookie: { Name: 'nl_session' } }],
      },
    ]);
  });

  const blocks = () =>
    rules()
      .slice(2)
      .map(({ Action }: { Action: { Block: { CustomResponse: object } } }) => Action.Block);

  test('refuses what is too much as the gateway would', () => {
    expect(blocks()).toHaveLength(CONSOLES.length + 1);
    const { CustomResponseBodies } = only('AWS::WAFv2::WebACL');
    expect(Object.values(CustomResponseBodies)).toEqual([
      { ContentType: 'APPLICATION_JSON', Content: '{"message":"Too Many Requests"}' },
    ]);
    for (const { CustomResponse } of blocks()) {
      expect(CustomResponse).toMatchObject({ ResponseCode: 429 });
      expect(CustomResponseBodies).toHaveProperty(CustomResponse.CustomResponseBodyKey);
    }
  });

  test('lets each console read the refusal, and nobody else', () => {
    const allowed = blocks().map(
      ({
        CustomResponse,
      }: {
        CustomResponse: { ResponseHeaders: { Name: string; Value: string }[] };
      }) =>
        CustomResponse.ResponseHeaders.find(({ Name }) => Name === 'access-control-allow-origin')
          ?.Value,
    );
    expect(allowed).toEqual([...CONSOLES, undefined]);
    const matched = rules()
      .slice(2, -1)
      .map(
        ({ Statement }: { Statement: { AndStatement: { Statements: object[] } } }) =>
          Statement.AndStatement.Statements,
      );
    expect(matched).toMatchObject(
      CONSOLES.map((SearchString) => [
        { LabelMatchStatement: { Key: 'too-many' } },
        {
          ByteMatchStatement: {
            SearchString,
            PositionalConstraint: 'EXACTLY',
            FieldToMatch: { SingleHeader: { Name: 'origin' } },
          },
        },
      ]),
    );
    expect(rules().at(-1).Statement).toMatchObject({ LabelMatchStatement: { Key: 'too-many' } });
  });

  test('only counts at first, where the stage says so', async () => {
    const { firewall } = await assemble({ ...FIREWALL, countOnly: true });
    const actions = rulesOf(firewall).map(({ Action }: { Action: object }) => Action);
    expect(actions).toEqual([{ Count: {} }, { Count: {} }]);
  });

  test('shows nobody samples of requests, which have cookies', () => {
    const { VisibilityConfig, Rules } = only('AWS::WAFv2::WebACL');
    for (const shown of [
      VisibilityConfig,
      ...Rules.map((rule: typeof VisibilityConfig) => rule.VisibilityConfig),
    ])
      expect(shown.SampledRequestsEnabled).toBe(false);
  });
});

describe('a firewall that makes no sense is refused', () => {
  const refuses = (other: Partial<Firewall>, stage: Partial<Stage> = {}) =>
    expect(() =>
      stageWith({ firewall: { ...FIREWALL, ...other }, ...stage }, 'production'),
    ).toThrow(SettingsError);

  test.each([
    ['the API’s own host', { name: STAGES.production.domain.name }],
    ['no host', { name: 'https://pay.triport.io' }],
    [
      'a certificate of another region',
      { certificateArn: STAGES.production.domain.certificateArn },
    ],
    ['a certificate of another account', { certificateArn: ELSEWHERE }],
    ['a host that no console’s cookie is for', { name: 'pay.triport.example' }],
    ['a limit that WAF does not take', { perAddress: 9 }],
    ['half a request', { perSession: 10.5 }],
    ['no limit', { perSession: Number.NaN }],
  ])('%s', (_what, other) => refuses(other));

  test('one of a partition without us-east-1', () => refuses({}, { region: 'cn-north-1' }));

  test('one before no domain', () =>
    expect(() => stageWith({ firewall: FIREWALL })).toThrow(/needs one/));
});
