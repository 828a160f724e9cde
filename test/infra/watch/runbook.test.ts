/** The runbook's table of alarms is made of the alarms: `npm run runbook` writes it anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { FUNCTION_NAMES } from '../../../infra/compute/catalogue.ts';
import { TABLE_NAMES } from '../../../lib/config.ts';
import { ofType } from '../../support/synth.ts';

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

test('the table of alarms in the runbook says what the alarms say', async () => {
  const template = JSON.parse(
    readFileSync(join(inject('assembly'), 'ReferralPayouts.template.json'), 'utf8'),
  );
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
