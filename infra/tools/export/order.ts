/** What an export was asked to be: by its options, and by what its stage says of the token. */
import { networkNames } from '../../../lib/networks/index.ts';
import { chainIdOf, isEvm, type PayoutToken, wrongInToken } from '../../../lib/networks/token.ts';
import { UsageError } from '../../problem.ts';
import type { Stage } from '../../settings.ts';
import { stageNamed } from '../../stages.ts';
import { type FormatName, fits, formatNames, formatOf } from './formats.ts';
import type { Paying } from './part.ts';
import { evmSpelling } from './safe-json.ts';

/** Those of the command line, beside the stage. */
export const EXPORT_OPTIONS = [
  ...(['network', 'format', 'out', 'token', 'decimals', 'chain-id', 'safe'] as const),
];

type ExportOptions = { [Name in (typeof EXPORT_OPTIONS)[number] | 'stage']?: string | undefined };

export interface Order {
  format: FormatName;
  paying: Paying;
  /** The folder of the files. */
  out: string;
}

export const tokensOfStage: TokensOf = (stage) => stageNamed(stage).tokens ?? {};

export type TokensOf = (stage: string) => NonNullable<Stage['tokens']>;

/**
 * Throws UsageError for what is missing, does not fit together or contradicts the stage, and
 * SettingsError for a stage that there is not.
 */
export function readOrder(options: ExportOptions, tokensOf = tokensOfStage): Order {
  const network = oneOf(networkNames, options.network, '--network');
  const format = oneOf(formatNames, options.format, '--format');
  const { ofSafe = false, ...rules } = formatOf(format);
  if (!fits(rules, network)) throw new UsageError(`${format} is not a format of ${network}.`);
  if (!options.out) throw new UsageError('export needs --out, the folder for its files.');

  const { stage } = options;
  const ofStage = stage === undefined ? undefined : tokensOf(stage)[network];
  const given = {
    token: options.token,
    decimals: count(options.decimals, '--decimals'),
    chainId: count(options['chain-id'], '--chain-id'),
    safe: options.safe,
  };
  const setting = <Name extends keyof PayoutToken>(name: Name) =>
    agreed(name, given[name] as PayoutToken[Name] | undefined, ofStage?.[name]);
  const token = setting('token');
  const decimals = setting('decimals');
  const chainId = setting('chainId');
  const safe = setting('safe');
  if (token === undefined || decimals === undefined)
    throw new UsageError(
      `Say with --token and --decimals what is paid on ${network}, ` +
        `or set tokens.${network} of the stage in infra/stages.ts.`,
    );
  if (ofSafe && safe === undefined)
    throw new UsageError(`${format} needs --safe, the address of the Safe that pays.`);

  const asked: PayoutToken = {
    token,
    decimals,
    ...(chainId !== undefined && { chainId }),
    ...(safe !== undefined && { safe }),
  };
  const wrong = wrongInToken(network, asked);
  if (wrong) throw new UsageError(`${flagOf(wrong.field)} ${wrong.must}, not ${wrong.value}.`);
  if (!isEvm(network)) return { format, out: options.out, paying: { network, token, decimals } };
  const id = chainIdOf(network, asked);
  if (id === undefined) throw new UsageError(`Say with --chain-id which chain ${network} is.`);
  const paying: Paying = {
    network,
    token: evmSpelling(token),
    decimals,
    chainId: id,
    ...(ofSafe && safe !== undefined && { safe: evmSpelling(safe) }),
  };
  return { format, out: options.out, paying };
}

function oneOf<Name extends string>(
  known: readonly Name[],
  given: string | undefined,
  flag: string,
): Name {
  const found = known.find((name) => name === given);
  if (found === undefined) throw new UsageError(`export needs ${flag}: ${known.join(', ')}.`);
  return found;
}

function count(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${flag} is a number, not ${text}.`);
  return Number(text);
}

/** Money does not go by what one of two says. */
function agreed<Value>(
  name: keyof PayoutToken,
  given: Value | undefined,
  ofStage: Value | undefined,
): Value | undefined {
  if (given !== undefined && ofStage !== undefined && !isSame(given, ofStage))
    throw new UsageError(`The stage has ${ofStage} and not ${given} as ${flagOf(name)}.`);
  return given ?? ofStage;
}

/** Addresses of EVM chains are the same in any case. */
export function isSame(one: unknown, other: unknown): boolean {
  const [a, b] = [String(one), String(other)];
  return a.startsWith('0x') ? a.toLowerCase() === b.toLowerCase() : a === b;
}

export const flagOf = (name: keyof PayoutToken): string =>
  name === 'chainId' ? '--chain-id' : `--${name}`;
