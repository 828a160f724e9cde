/** The runbook's table of alarms is made of the alarms: `npm run runbook` writes it anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { FUNCTION_NAMES } from '../../../infra/compute/catalogue.ts';
import { TABLE_NAMES } from '../../../lib/config.ts';
import type { LogEvent } from '../../../lib/log.ts';
import { ofType, stageWith, synthesize, VERIFIED } from '../../support/synth.ts';

const RUNBOOK = join(import.meta.dirname, '../../../infra/RUNBOOK.md');
const TABLE = /(?<=npm run runbook`\. -->\n)[\s\S]*(?=<!-- End of the alarms)/;

/** Alarms that say the same of every function or table become one. */
const FAMILIES = [
  { member: new RegExp(`^(${FUNCTION_NAMES.join('|')})(?=Errors$)`), family: '<Function>' },
  {
    member: new RegExp(`^(${TABLE_NAMES.join('|')})(?=(Read|Write)ThrottleEvents$)`),
    family: '<Table>',
  },
];

function row(name: string, description: string): string {
  for (const { member, family } of FAMILIES) {
    const [found] = member.exec(name) ?? [];
    if (found !== undefined)
      return row(name.replace(found, family), description.replace(found, family));
  }
  return `| \`${name}\` | ${description.replaceAll('<', '&lt;')} |`;
}

test('the commands of the runbook ask for what the stack has', () => {
  const template = JSON.parse(
    readFileSync(join(inject('assembly'), 'ReferralPayouts.template.json'), 'utf8'),
  );
  const runbook = readFileSync(RUNBOOK, 'utf8');
  const named = (pattern: RegExp) => [...runbook.matchAll(pattern)].map(([, name]) => name);
  const outputs = named(/\b(?:arn|read_one|delete|output) (\w+(?:Url|Name|Arn))\b/g);
  expect([...new Set(outputs)].sort()).toEqual([
    'AccountsTableName',
    'BillingDeadLettersUrl',
    'BillingUndeliveredUrl',
    'DashboardUrl',
    'PayoutDeadLettersUrl',
    'ReconcileStateMachineArn',
  ]);
  for (const name of outputs) expect(Object.keys(template.Outputs)).toContain(name);
  for (const name of named(/\bstop ([A-Z]\w+)/g)) expect(FUNCTION_NAMES).toContain(name);
  for (const name of named(/"\$\(name ([A-Z]\w+)\)"/g))
    expect(Object.keys(template.Resources)).toContain(name);
  // The function works off two queues, and an archive has a rule of its own on the bus.
  expect(runbook).not.toMatch(
    /list-event-source-mappings --function-name.*\[0\]|events list-rules/,
  );
  expect(runbook).toContain("contains(EventSourceArn, ':$STACK-BillingQueue-')].UUID");
  const rules = ofType(template, 'AWS::Events::Rule').map(([, { Properties }]) => Properties.Name);
  expect(rules).toContain('ReferralPayouts-personal-billing');
  expect(runbook).toContain('events describe-rule --event-bus-name "$B" --name "$STACK-billing"');
  // CloudFormation begins the name of what has none with the stack's name and the logical id.
  const prefix = named(/logGroups\(namePrefix: \['\$STACK-(\w+)'\]/g);
  expect(prefix).toEqual(['Functions']);
  const groups = ofType(template, 'AWS::Logs::LogGroup').filter(([id]) =>
    FUNCTION_NAMES.some((name) => id.includes(`${name}Logs`)),
  );
  expect(groups).toHaveLength(FUNCTION_NAMES.length);
  for (const [id, { Properties }] of groups)
    expect([id.startsWith('Functions'), Properties.LogGroupName]).toEqual([true, undefined]);
  expect(runbook).toContain(`message.event = '${'account_changed' satisfies LogEvent}'`);
});

test('the table of alarms in the runbook says what the alarms say', async () => {
  // Where chains are asked there are all of them.
  const template = await synthesize(stageWith({ ...VERIFIED, sanctions: true }));
  const [composite] = ofType(template, 'AWS::CloudWatch::CompositeAlarm');
  const parts = JSON.stringify(composite?.[1].Properties.AlarmRule);
  const alarms = ofType(template, 'AWS::CloudWatch::Alarm');
  const inOrder = [
    ...(composite ? [composite] : []),
    ...alarms.filter(([id]) => parts.includes(id)),
    ...alarms.filter(([id]) => !parts.includes(id)),
  ];
  const rows = inOrder.map(([, { Properties }]) =>
    row(Properties.AlarmName.replace('ReferralPayouts-personal-', ''), Properties.AlarmDescription),
  );
  const table = ['| alarm | what it means and what to do |', '|---|---|', ...new Set(rows), ''];
  const runbook = readFileSync(RUNBOOK, 'utf8').replace(TABLE, () => table.join('\n'));
  expect(runbook).toContain('| `MoneyAtRisk` |');
  await expect(runbook).toMatchFileSnapshot(RUNBOOK);
});
