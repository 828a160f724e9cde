/** The bill, and that infra/README.md shows it: `npm test -- proof/cost --update` writes it anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { stageWith, synthesize, VERIFIED } from '../../support/synth.ts';
import { idleMonth, onePayout, type Resources } from './bill.ts';
import { costTable, resourcesIn } from './cost-table.ts';
import { unitsOf } from './operations.ts';
import { priced, times } from './prices.ts';

const README = join(import.meta.dirname, '../../../infra/README.md');
const TABLE = /(?<=proof\/cost --update`\. -->\n)[\s\S]*(?=<!-- End of the costs)/;

const resources = resourcesIn(inject('assembly'));

test('the table of costs in infra/README.md is what `npm run cost` says', async () => {
  const readme = readFileSync(README, 'utf8').replace(TABLE, () => costTable(resources));
  expect(readme).toContain('| API Gateway |');
  await expect(readme).toMatchFileSnapshot(README);
});

test('a payout costs the units that the benchmark holds its steps to', () => {
  const { readUnit, writeUnit, apiRequest, busEvent, archivedGb, logGb, invocation } =
    onePayout(resources);
  // The reward, its unlocking, the payout with its key, the claim, the end.
  expect(writeUnit).toBe(7 + 7 + 7 + 5 + 6);
  // The same, the balance, two lists, and a fiftieth of a page of the queue.
  expect(readUnit).toBeCloseTo(1 + 1 + 1 + 2 + 2 + 2 + 2 * 2 + 8 / 50);
  expect(apiRequest).toBeCloseTo(6 + 1 / 50);
  // One event comes in, three go out, and each is an invocation.
  expect(busEvent).toBe(1 + 3);
  expect(archivedGb).toBeCloseTo(4e-6, 9);
  expect(invocation).toBeCloseTo((apiRequest ?? 0) + 1 + 3);
  // Each invocation, each request, and four changes of the account.
  expect(logGb).toBeCloseTo(10.02 * 700e-9 + 6.02 * 450e-9 + 4 * 300e-9, 9);
  const bill = priced(times(1e6, onePayout(resources)));
  expect(bill.get('DynamoDB, requests')).toBeCloseTo(32 * 0.625 + 13.16 * 0.125);
  expect(bill.get('API Gateway')).toBeCloseTo(6.02);
});

const alarm = (...metrics: object[]) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: metrics.length === 0 ? {} : { Metrics: metrics },
});

test('an alarm costs what it looks at, and schedules what they run', () => {
  const rule = (minutes: number, name: string): Resources[string] => ({
    Type: 'AWS::Events::Rule',
    Properties: {
      ScheduleExpression: `rate(${minutes} minutes)`,
      Targets: [{ Arn: { 'Fn::GetAtt': [name, 'Arn'] } }],
    },
  });
  const { alarmMetric, invocation, readUnit, ...others } = idleMonth({
    One: alarm(),
    Two: alarm({ Expression: 'a / b' }, { MetricStat: {} }, { MetricStat: {} }),
    Three: rule(5, 'MeasureQueue'),
    Four: rule(15, 'UnlockDueRewards'),
  });
  expect(alarmMetric).toBe(3);
  expect(invocation).toBe(30 * 24 * (12 + 4));
  expect(readUnit).toBe(30 * 24 * (12 + 4) * 8);
  expect(priced(others).get('CloudWatch, alarms and dashboard')).toBe(0);
  const mapping = (Enabled?: boolean) => ({
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { ScalingConfig: {}, Enabled },
  });
  const { queueRequest } = idleMonth({ One: mapping(), Two: mapping(true), Off: mapping(false) });
  expect(queueRequest).toBe(2 * 5 * 3 * 60 * 24 * 30);
  expect(() => idleMonth({ Five: rule(5, 'Somebody') })).toThrow('what a run of Somebody does');
});

test('asking the chains costs what infra/README.md says, and only where a stage does', async () => {
  const { Resources: verified } = await synthesize(stageWith(VERIFIED));
  const sum = (of: Resources, service?: string) =>
    [...priced(idleMonth(of))].reduce(
      (total, [name, usd]) => total + (service === undefined || name === service ? usd : 0),
      0,
    );
  // Seven alarms, of which the two of runs look at two metrics each, and nine metrics of log lines.
  expect(idleMonth(verified).alarmMetric).toBe((idleMonth(resources).alarmMetric ?? 0) + 9);
  expect(sum(verified, 'Secrets Manager')).toBeCloseTo(0.4 + 6 * 24 * 30 * 5e-6);
  expect(sum(resources, 'Secrets Manager')).toBe(0);
  const runs = (idleMonth(verified).invocation ?? 0) - (idleMonth(resources).invocation ?? 0);
  expect(runs).toBe((60 * 24 + 1) * 30);
  const more = (sum(verified) - sum(resources)).toFixed(2);
  expect(readFileSync(README, 'utf8')).toContain(`Asking the chains costs ${more} $ a month more`);
});

test('what stands before the API costs where a stage has it, and only there', () => {
  const acl = { Type: 'AWS::WAFv2::WebACL', Properties: { Rules: [{}, {}] } };
  const guarded = { ...resources, acl, cdn: { Type: 'AWS::CloudFront::Distribution' } };
  const { apiRequest, wafRequest, cdnRequest } = onePayout(guarded);
  expect([wafRequest, cdnRequest]).toEqual([apiRequest, apiRequest]);
  expect(priced(idleMonth(guarded)).get('WAF')).toBe(5 + 2);
  expect(costTable(guarded)).toMatch(/^\| WAF \| 7\.00 \| 3\.61 \|$/m);
  expect(onePayout(resources)).not.toHaveProperty('wafRequest');
  expect(costTable(resources)).not.toContain('WAF');
});

test('an operation that the benchmark does not meter has no price', () => {
  expect(() => unitsOf('a pony')).toThrow('no operation "a pony"');
});
