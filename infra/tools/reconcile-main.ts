/** `npm run -s reconcile`: the daily reconciliation by hand, until every account was looked at. */
import type { Run } from '../../lib/store/reconcile/progress.ts';
import { complain, EXIT, fail, print, UsageError } from '../problem.ts';
import { settleIn } from '../surroundings.ts';
import { isLocal, LOCAL_URL, parse } from './command-line.ts';
import { type Invoke, invokeDeployed, invokeLocal } from './reconcile-invoke.ts';
import { findStageStack } from './stage-stack.ts';

const HELP = `Usage: npm run -s reconcile -- [options]

Compares every account with its rewards, payouts, invoices and keys, beside live traffic, and names those that differ,
and users who have items but no account.

Options
  --url URL         npm start on this machine (OPERATOR_API_URL; default http://127.0.0.1:3000)
  --stage NAME      the deployed stage, whose function Reconcile is invoked with your own AWS credentials
  --region REGION   where that is, when infra/stages.ts does not say it (default AWS_REGION)
  --json            the result as JSON, for scripts
  --help            this

Exit code: 0 no account differs; 1 some do, or were skipped, or it failed; 2 the command line cannot be used.`;

const options = {
  url: { type: 'string' },
  stage: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse<{ options: typeof options }>>['values'];
type Total = Omit<Run, 'next'>;

settleIn();

try {
  const { values } = parse({ args: process.argv.slice(2), options });
  if (values.help) console.log(HELP);
  else {
    const total = await reconcile(await invokerFor(values));
    print(values.json ? JSON.stringify(total, null, 2) : show(total));
    process.exitCode = total.drifted + total.skipped === 0 ? EXIT.ok : EXIT.failed;
  }
} catch (error) {
  process.exitCode = fail(error, `\n\n${HELP}`, complain);
}

async function invokerFor({ stage, url, region }: Values): Promise<Invoke> {
  if (stage === undefined) {
    if (region !== undefined) throw new UsageError('--region goes with --stage.');
    const address = url ?? (process.env.OPERATOR_API_URL || LOCAL_URL);
    if (!URL.canParse(address) || !address.startsWith('http'))
      throw new UsageError(`${address} is not an address.`);
    if (url === undefined && !isLocal(new URL(address)))
      throw new UsageError(`${address} (OPERATOR_API_URL) is deployed: say --stage.`);
    return invokeLocal(address);
  }
  if (url !== undefined) throw new UsageError('Choose one of --url and --stage.');
  const stack = await findStageStack(stage, { region });
  return invokeDeployed(await stack.physicalId('Reconcile'), stack.region);
}

async function reconcile(invoke: Invoke): Promise<Total> {
  const total: Total = { checked: 0, drifted: 0, skipped: 0, accounts: [] };
  let start: string | undefined;
  do {
    const { next, ...step } = await invoke(start);
    total.checked += step.checked;
    total.drifted += step.drifted;
    total.skipped += step.skipped;
    total.accounts.push(...step.accounts);
    if (next !== undefined && process.stderr.isTTY)
      console.error(`${total.checked} accounts so far ...`);
    start = next;
  } while (start !== undefined);
  return total;
}

/** What is stored breaks no line of the report. */
function oneLine(text: string): string {
  return text.replaceAll('\n', ' ');
}

function show({ checked, drifted, skipped, accounts }: Total): string {
  const lines = [`${checked} accounts checked, ${drifted} drifted, ${skipped} skipped.`];
  for (const { user_id, differences, corrupt } of accounts) {
    lines.push('', oneLine(user_id));
    for (const { field, stored, expected } of differences)
      lines.push(oneLine(`  ${field.padEnd(15)}  stored ${stored}, expected ${expected}`));
    for (const item of corrupt) lines.push(oneLine(`  corrupt          ${item}`));
  }
  const unnamed = drifted - accounts.length;
  if (unnamed > 0)
    lines.push('', `And ${unnamed} more: search the log of Reconcile for account_drifted.`);
  if (skipped > 0)
    lines.push(
      '',
      'Skipped accounts kept changing while they were looked at. Run it again.',
      'The log of Reconcile names them: account_unjudged.',
    );
  return lines.join('\n');
}
