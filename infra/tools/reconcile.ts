/** `npm run reconcile`: the daily reconciliation by hand, until every account was looked at. */
import { describe } from '../problem.ts';
import { HELP, readCommandLine, type Target, UsageError } from './reconcile-arguments.ts';
import { invoker } from './reconcile-invoke.ts';
import { show, type Total } from './reconcile-output.ts';

try {
  const commandLine = readCommandLine(process.argv.slice(2), process.env);
  if (commandLine === undefined) console.log(HELP);
  else {
    const total = await reconcile(commandLine.target);
    console.log(commandLine.json ? JSON.stringify(total, null, 2) : show(total));
    process.exitCode = total.drifted + total.skipped === 0 ? 0 : 1;
  }
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${HELP}` : describe(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function reconcile(target: Target): Promise<Total> {
  const invoke = invoker(target, process.env);
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
