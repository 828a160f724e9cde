/** The result of a reconciliation as a person reads it. */
import type { Step } from './reconcile-invoke.ts';

export type Total = Omit<Step, 'next'>;

export function show({ checked, drifted, skipped, accounts }: Total): string {
  const lines = [`${checked} accounts checked, ${drifted} drifted, ${skipped} skipped.`];
  for (const { user_id, differences, corrupt } of accounts) {
    lines.push('', user_id);
    for (const { field, stored, expected } of differences)
      lines.push(`  ${field.padEnd(15)}  stored ${stored}, expected ${expected}`);
    for (const item of corrupt) lines.push(`  corrupt          ${item}`);
  }
  if (drifted > accounts.length)
    lines.push(
      '',
      `And ${drifted - accounts.length} more: search the log of Reconcile for account_drifted.`,
    );
  if (skipped > 0)
    lines.push('', 'Skipped accounts kept changing while they were looked at. Run it again.');
  return lines.join('\n');
}
