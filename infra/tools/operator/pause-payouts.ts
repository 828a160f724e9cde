/** `pause` and `resume`: stop and start all payouts of a stage, by the functions that begin them. */
import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { escapeHidden } from '../../../lib/hidden-text.ts';
import { stringifyJson } from '../../../lib/json.ts';
import type { FunctionName } from '../../compute/catalogue.ts';
import { describe, EXIT, Problem, UsageError } from '../../problem.ts';
import { codeOf, isLocal, LOCAL_URL, unreachable } from '../command-line.ts';
import { connectLambda, type LambdaPlace } from '../lambda-client.ts';
import { findStageStack } from '../stage-stack.ts';
import { table } from '../text-table.ts';
import type { CommandLine } from './operator-arguments.ts';
import { agrees, type Terminal, viewOf } from './operator-session.ts';

/** In the order of stopping, what pays first; they start in the other. */
const BEGINNERS = ['ClaimPayout', 'RequestPayout'] as const satisfies FunctionName[];
type Beginner = (typeof BEGINNERS)[number];

/** How many of a function may run at once; undefined where nothing is reserved for it. */
type Reserved = number | undefined;

interface Place extends LambdaPlace {
  /** For people. */
  called: string;
  functionName: (name: Beginner) => Promise<string>;
  /** As the template says it. */
  ofTemplate: (name: Beginner) => Promise<Reserved>;
}

const TIMEOUT_MS = 30_000;

const MEANS = {
  pause: `Nobody can request a payout or claim one until resume. The gateway answers 5xx (503), which is no definite
answer: the same request with the same key succeeds afterwards. All else goes on: what is claimed can be paid and
said sent, and failed and cancelled, rewards, spends on invoices and all reads. The alarm Throttles rings meanwhile.`,
  resume: 'Payouts can be requested and claimed again, as many at once as the template says.',
};

/** Gives the exit code. Repeating it is harmless, also after it failed half way. */
export async function pauseOrResume(
  { name, command, values }: CommandLine,
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<number> {
  const pauses = name === 'pause';
  const place = await placeOf(values, env);
  terminal.complain(`${place.called}: ${pauses ? MEANS.pause : MEANS.resume}`);
  const question = values.yes ? undefined : command.asks?.(values);
  if (question !== undefined && !(await agrees(terminal, question))) return EXIT.failed;

  const lambda = connectLambda(place, TIMEOUT_MS);
  const rows: { function: Beginner; before: Reserved; reserved: Reserved }[] = [];
  let exitCode: number = EXIT.ok;
  for (const beginner of pauses ? BEGINNERS : BEGINNERS.toReversed()) {
    try {
      const wanted = pauses ? 0 : await place.ofTemplate(beginner);
      const before = await reserve(lambda, await place.functionName(beginner), wanted);
      rows.push({ function: beginner, before, reserved: wanted });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // The other one is better stopped than none.
      terminal.complain(`${beginner}: ${escapeHidden(describe(error))} Repeat the command.`);
      exitCode = EXIT.failed;
    }
  }
  if (values.json) terminal.print(stringifyJson({ functions: rows }));
  else if (rows.length > 0) terminal.print(report(rows, terminal));
  return exitCode;
}

const report = (
  rows: { function: Beginner; before: Reserved; reserved: Reserved }[],
  terminal: Terminal,
): string =>
  table(
    [{ title: 'FUNCTION' }, { title: 'BEFORE' }, { title: 'NOW' }],
    rows.map(({ function: name, before, reserved }) => [name, words(before), words(reserved)]),
    viewOf(terminal),
  );

function words(reserved: Reserved): string {
  if (reserved === undefined) return 'runs';
  return reserved === 0 ? 'stopped' : `at most ${reserved} at once`;
}

/** What was reserved before. */
async function reserve(
  { client, problemOf }: ReturnType<typeof connectLambda>,
  FunctionName: string,
  wanted: Reserved,
): Promise<Reserved> {
  try {
    const { ReservedConcurrentExecutions: before } = await client.send(
      new GetFunctionConcurrencyCommand({ FunctionName }),
    );
    if (before === wanted) return before;
    if (wanted === undefined)
      await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    else
      await client.send(
        new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: wanted }),
      );
    return before;
  } catch (error) {
    throw problemOf(
      error as Parameters<typeof problemOf>[0],
      (status, message) => new Problem(`Lambda refused (${status}): ${message}`),
    );
  }
}

async function placeOf(values: CommandLine['values'], env: NodeJS.ProcessEnv): Promise<Place> {
  const { stage, region, profile } = values;
  if (stage === undefined) return localPlace(values.url ?? (env.OPERATOR_API_URL || LOCAL_URL));
  const stack = await findStageStack(stage, { region, profile });
  return {
    called: `Stage ${stage}`,
    region: stack.region,
    profile,
    functionName: stack.physicalId,
    ofTemplate: async (name) => {
      const { Resources } = await stack.template();
      return readReserved(Resources[name]?.Properties?.ReservedConcurrentExecutions);
    },
  };
}

function localPlace(url: string): Place {
  if (!URL.canParse(url)) throw new UsageError(`${url} is not a URL.`);
  const base = new URL(url);
  if (!isLocal(base)) throw new UsageError(`${url} is deployed: say --stage.`);
  const functions = new URL('/_local/functions', base);
  return {
    called: base.origin,
    region: 'us-east-1',
    endpoint: new URL('/_local/lambda', base).href,
    functionName: async (name) => name,
    ofTemplate: async (name) => {
      const response = await fetch(functions).catch((error: Error) => {
        throw unreachable(base.origin, codeOf(error), { local: true });
      });
      const known = v.safeParse(LocalFunctions, await response.json().catch(() => undefined));
      const found = known.success && known.output.items.find((each) => each.name === name);
      if (!found)
        throw new Problem(`${base.origin} answered something that is no list of functions.`);
      return found.reserved_concurrency;
    },
  };
}

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

const LocalFunctions = v.object({
  items: v.array(v.object({ name: v.string(), reserved_concurrency: v.optional(Count) })),
});

/** Whatever else a template says there must not be taken for none. */
function readReserved(value: unknown): Reserved {
  const reserved = v.safeParse(v.optional(Count), value);
  if (reserved.success) return reserved.output;
  throw new Problem(
    'The template reserves its concurrency in a way that this program does not know.',
  );
}
