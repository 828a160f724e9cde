/** Reads the operator's command line, and refuses what makes no sense before anything is sent. */
import { isVisible } from '../../../lib/hidden-text.ts';
import { UsageError } from '../../problem.ts';
import { parse } from '../command-line.ts';
import { type ApiCommand, type Command, commandNamed } from './command-table.ts';
import {
  EVERYWHERE,
  LIMIT_MAX,
  type Option,
  options,
  RULES,
  type Values,
} from './operator-options.ts';

export interface CommandLine {
  name: string;
  command: Command | ApiCommand;
  /** UUIDs, each once; `-` for those of standard input; none where the command takes none. */
  ids: string[];
  values: Values;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Stands for the ids of standard input. */
export const FROM_INPUT = '-';

/** Undefined when help is asked for. Throws UsageError. */
export function readCommandLine(args: string[]): CommandLine | undefined {
  const { values: given, positionals } = parse({ args, options, allowPositionals: true });
  const [name = '', ...rest] = positionals;
  const values = trimmed(given);
  if (values.help) return undefined;
  const command = commandNamed(name);
  if (command === undefined)
    throw new UsageError(name === '' ? 'A command is missing.' : `There is no command ${name}.`);

  checkOptions(name, command, values);
  checkIds(name, command, values, rest);
  command.check?.(values);
  if (values.stage !== undefined && values.url !== undefined)
    throw new UsageError('Choose one of --stage and --url.');
  // The rest need as few calls as can be.
  if (values.all && values.limit === undefined) values.limit = String(LIMIT_MAX);
  return { name, command, ids: readIds(rest, [FROM_INPUT]), values };
}

/** What is pasted often brings a blank or the end of its line. */
const trimmed = (given: Values): Values =>
  Object.fromEntries(
    Object.entries(given).map(([option, value]) => [
      option,
      Array.isArray(value) ? value.map((text) => text.trim()) : trimmedText(value),
    ]),
  );
const trimmedText = (value: unknown) => (typeof value === 'string' ? value.trim() : value);

function checkOptions(name: string, { needs = [], may = [], instead }: Command, values: Values) {
  const ofInstead = instead ? [instead.option, ...instead.with] : [];
  const known: readonly string[] = [...needs, ...may, ...ofInstead, ...EVERYWHERE];
  for (const [option, value] of Object.entries(values) as [Option, unknown][]) {
    if (!known.includes(option)) throw new UsageError(`${name} has no option --${option}.`);
    const rule = RULES[option];
    if (typeof value === 'string' && rule && !rule.holds(value))
      throw new UsageError(`--${option} is ${rule.must}.`);
    if ([value].flat().some((text) => typeof text === 'string' && !isVisible(text)))
      throw new UsageError(
        needs.includes(option) ? `${name} needs --${option}.` : `--${option} is empty.`,
      );
  }
  for (const option of needs)
    if (values[option] === undefined) throw new UsageError(`${name} needs --${option}.`);
}

function checkIds(name: string, command: Command, values: Values, ids: string[]): void {
  const { takesIds, instead } = command;
  if (!takesIds && ids.length > 0) throw new UsageError(`${name} has no use for ${ids[0]}.`);
  const isInstead = instead !== undefined && values[instead.option] !== undefined;
  if (isInstead && ids.length > 0)
    throw new UsageError(`${name} takes ids or --${instead.option}, not both.`);
  if (takesIds && ids.length === 0 && !isInstead) throw new UsageError(`${name} needs an id.`);
  if (instead === undefined) return;
  const [required] = instead.with;
  if (isInstead && required && values[required] === undefined)
    throw new UsageError(`--${instead.option} needs --${required}.`);
  const alone = instead.with.find((option) => !isInstead && values[option] !== undefined);
  if (alone !== undefined) throw new UsageError(`--${alone} goes with --${instead.option}.`);
}

/** Each id once, as the first of its spellings. Throws UsageError. */
export function readIds(texts: readonly string[], also: readonly string[] = []): string[] {
  const ids = texts.map((text) => text.trim());
  const wrong = ids.find((id) => !UUID.test(id) && !also.includes(id));
  if (wrong !== undefined) throw new UsageError(`${wrong} is not a UUID.`);
  return [...new Map(ids.map((id) => [id.toLowerCase(), id])).values()];
}
