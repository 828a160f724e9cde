/**
 * `npm run -s republish`: puts changes of payouts on the bus once more, made of the histories in
 * the table. Listeners know each by the payout's id and `sequence`, and drop what they have seen.
 */
import * as v from 'valibot';
import { CorruptItemError } from '../../lib/errors.ts';
import { type PayoutChange, payoutEvent } from '../../lib/payout.ts';
import { changesOf, PayoutWithHistory } from '../../lib/settlement/payout-with-history.ts';
import { idsOf, parseItem } from '../../lib/store/dynamodb/item.ts';
import { type Item, scanPages } from '../../lib/store/dynamodb/read.ts';
import { connect, openStore } from '../../lib/store/dynamodb/store.ts';
import { connectBus, inCalls, putEvents } from '../../lib/store/payouts/bus.ts';
import { anyTimestamp } from '../../lib/time.ts';
import { complain, EXIT, fail, Problem, print, printLine, UsageError } from '../problem.ts';
import { settleIn } from '../surroundings.ts';
import { parse } from './command-line.ts';
import { findStageStack, outputOf } from './stage-stack.ts';

const HELP = `Usage: npm run -s republish -- --stage NAME --from TIME [options]

Puts the changes of payouts made between two moments on the payout bus once more, in order for each payout.

  --stage NAME      the deployed stage, with your own AWS credentials (dynamodb:Scan, events:PutEvents)
  --from TIME       RFC 3339, such as 2026-11-27T03:20:00Z; ten minutes before it count too, as clocks differ
  --to TIME         likewise, with ten minutes after it (default: now)
  --dry-run         names the changes, and publishes nothing
  --region REGION   where the stage is, when infra/stages.ts does not say it (default AWS_REGION)
  --help            this

Exit code: 0 done; 1 some payout could not be read, or it failed: repeating it is safe; 2 the command line cannot be used.`;

const options = {
  stage: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  'dry-run': { type: 'boolean' },
  region: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** More than the instances that date a change and the stream that it arrives in can differ. */
const CLOCKS_DIFFER_MS = 10 * 60_000;
/** What a page or a call may take before it counts as failed. */
const PATIENCE_MS = 60_000;

settleIn();

try {
  const { values } = parse({ args: process.argv.slice(2), options });
  if (values.help) console.log(HELP);
  else process.exitCode = (await republish(values)) === 0 ? EXIT.ok : EXIT.failed;
} catch (error) {
  process.exitCode = fail(error, `\n\n${HELP}`, complain);
}

type Values = ReturnType<typeof parse<{ options: typeof options }>>['values'];

/** How many payouts could not be read. */
async function republish({ stage, from, to, region, 'dry-run': dry }: Values): Promise<number> {
  if (stage === undefined) throw new UsageError('--stage is missing.');
  const [begin, end] = [momentOf('from', from), to === undefined ? Date.now() : momentOf('to', to)];
  // Nothing would be found, and the dead letter be deleted.
  if (to !== undefined && begin > end) throw new UsageError('--from must not be after --to.');
  const [firstMs, lastMs] = [begin - CLOCKS_DIFFER_MS, end + CLOCKS_DIFFER_MS];
  const stack = await findStageStack(stage, { region });
  // The clients of lib/store take it from there, as they do in a function.
  process.env.AWS_REGION = stack.region;
  const tables = { Payouts: outputOf(stack, 'PayoutsTableName') };
  const store = openStore(connect(), tables, { getRemainingTimeInMillis: () => PATIENCE_MS });
  const bus = connectBus(outputOf(stack, 'PayoutEventBusName'));

  let found = 0;
  let unreadable = 0;
  const scan = { TableName: tables.Payouts, ConsistentRead: true };
  for await (const items of scanPages(store, scan, undefined)) {
    const changes = items.flatMap((item) => {
      const all = readChanges(item, tables.Payouts);
      if (all === undefined) unreadable++;
      return (all ?? []).filter(({ at }) => Date.parse(at) >= firstMs && Date.parse(at) <= lastMs);
    });
    found += changes.length;
    for (const change of dry ? changes : []) printLine(lineOf(change));
    for (const call of dry ? [] : inCalls(changes))
      if ((await putEvents(bus, call.map(payoutEvent), Date.now() + PATIENCE_MS)) !== undefined)
        throw new Problem(`The bus ${bus.name} did not take them all. Repeat the command.`);
    store.deadlineMs = Date.now() + PATIENCE_MS;
  }
  print(`${found} changes ${dry ? 'would be published' : 'published'}, ${unreadable} unreadable.`);
  return unreadable;
}

function readChanges(item: Item, table: string): PayoutChange[] | undefined {
  try {
    return changesOf(parseItem(PayoutWithHistory, item, table));
  } catch (error) {
    if (!(error instanceof CorruptItemError)) throw error;
    complain(`${Object.values(idsOf(item)).join(' of ')}: ${error.message}`);
    return undefined;
  }
}

function lineOf({ payout, sequence, at }: PayoutChange): string {
  return `${payout.id}  ${sequence}  ${payout.status.padEnd(10)}  ${at}`;
}

function momentOf(option: string, text: string | undefined): number {
  const time = v.safeParse(anyTimestamp(), text);
  if (time.success) return Date.parse(time.output);
  throw new UsageError(`--${option} must be a time such as 2026-11-27T03:20:00Z.`);
}
