/** A host name of the API's own, and what follows it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openApi } from '../../infra/openapi/document.ts';
import { STAGES } from '../../infra/stages.ts';
import { TriportClient } from '../../sdk/typescript/src/index.ts';
import { ofType, type SynthesizedTemplate, stageWith, synthesize } from '../support/synth.ts';

const { zone, ...withoutZone } = STAGES.production.domain;

let inZone: SynthesizedTemplate;
let elsewhere: SynthesizedTemplate;
let without: SynthesizedTemplate;

beforeAll(async () => {
  inZone = await synthesize(stageWith({}, 'production'));
  elsewhere = await synthesize(stageWith({ domain: withoutZone }, 'production'));
  without = await synthesize();
});

const only = (template: SynthesizedTemplate, type: string) => {
  const found = ofType(template, type);
  expect(found).toHaveLength(1);
  return found[0] as (typeof found)[0];
};
const outputs = ({ Outputs }: SynthesizedTemplate) =>
  Object.fromEntries(Object.entries(Outputs).map(([name, { Value }]) => [name, Value]));

const API = 'AWS::ApiGatewayV2::Api';
const NAME = 'AWS::ApiGatewayV2::DomainName';
const MAPPING = 'AWS::ApiGatewayV2::ApiMapping';
const RECORD = 'AWS::Route53::RecordSet';

describe.each([
  ['in a zone', () => inZone],
  ['elsewhere', () => elsewhere],
])('a name %s', (_where, template) => {
  test('is the only one that the API answers to', () => {
    expect(only(template(), API)[1].Properties.DisableExecuteApiEndpoint).toBe(true);
    expect(outputs(template()).ApiUrl).toBe('https://api.triport.io');
  });

  test('has its certificate, TLS 1.2 at the least, and both kinds of addresses', () => {
    expect(only(template(), NAME)[1].Properties).toEqual({
      DomainName: 'api.triport.io',
      DomainNameConfigurations: [
        {
          CertificateArn: STAGES.production.domain.certificateArn,
          EndpointType: 'REGIONAL',
          IpAddressType: 'dualstack',
          SecurityPolicy: 'TLS_1_2',
        },
      ],
    });
  });

  test('leads to the stage as it is, without a path before the routes', () => {
    const [stage, { Properties }] = only(template(), 'AWS::ApiGatewayV2::Stage');
    expect(only(template(), MAPPING)[1]).toMatchObject({ DependsOn: [stage] });
    expect(only(template(), MAPPING)[1].Properties).toEqual({
      ApiId: Properties.ApiId,
      DomainName: { Ref: only(template(), NAME)[0] },
      Stage: Properties.StageName,
    });
  });

  test('changes nothing of who may call from where', () => {
    const cors = (of: SynthesizedTemplate) => only(of, API)[1].Properties.CorsConfiguration;
    expect(cors(template())).toEqual(cors(without));
    for (const [id, { Properties }] of ofType(without, 'AWS::Lambda::Function'))
      expect(template().Resources[id]?.Properties.Environment).toEqual(Properties.Environment);
  });
});

test('in a zone its two records are aliases that come once the name leads somewhere', () => {
  const [name] = only(inZone, NAME);
  const attribute = (of: string) => ({ 'Fn::GetAtt': [name, of] });
  const records = ofType(inZone, RECORD).map(([, { Properties, ...rest }]) => {
    expect(rest).toMatchObject({ DependsOn: [only(inZone, MAPPING)[0]] });
    return Properties;
  });
  expect(records).toEqual(
    ['A', 'AAAA'].map((Type) => ({
      Type,
      Name: 'api.triport.io.',
      HostedZoneId: zone.id,
      AliasTarget: {
        DNSName: attribute('RegionalDomainName'),
        HostedZoneId: attribute('RegionalHostedZoneId'),
      },
    })),
  );
  expect(Object.keys(inZone.Outputs).filter((output) => output.startsWith('Dns'))).toEqual([]);
});

test('without a zone the outputs say what to put into DNS', () => {
  expect(ofType(elsewhere, RECORD)).toEqual([]);
  expect(outputs(elsewhere)).toMatchObject({
    DnsCnameName: 'api.triport.io',
    DnsCnameTarget: { 'Fn::GetAtt': [only(elsewhere, NAME)[0], 'RegionalDomainName'] },
  });
});

test('without a name the API has the one that AWS makes', () => {
  for (const type of [NAME, MAPPING, RECORD]) expect(ofType(without, type)).toEqual([]);
  const [api, { Properties }] = only(without, API);
  expect(Properties).not.toHaveProperty('DisableExecuteApiEndpoint');
  expect(outputs(without).ApiUrl).toEqual({ 'Fn::GetAtt': [api, 'ApiEndpoint'] });
});

describe('production is where the SDKs and the document expect it', () => {
  const url = `https://${STAGES.production.domain.name}`;

  test('TypeScript', async () => {
    const asked: string[] = [];
    const client = new TriportClient({
      maxRetries: 0,
      fetch: async (target) => {
        asked.push(`${target}`);
        throw new Error('asked');
      },
    });
    await expect(client.referrals.getOverview()).rejects.toThrow();
    expect(asked).toEqual([`${url}/v1/referrals/me`]);
  });

  const program = 'import triport; print(repr(triport.TriportClient()), end="")';
  test.skipIf(spawnSync('python3', ['--version']).status !== 0)('Python', () => {
    const cwd = join(import.meta.dirname, '../../sdk/python/src');
    const env = { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' };
    const { stdout, stderr } = spawnSync('python3', ['-c', program], {
      cwd,
      env,
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual([`TriportClient(base_url='${url}')`, '']);
  });

  test('OpenAPI', () => expect(openApi().servers[0]?.url).toBe(url));
});
