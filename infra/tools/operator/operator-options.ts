/** The options of the operators' command line, and what each must be. */
import type { ParseArgsConfig } from 'node:util';
import { INT64_MAX } from '../../../lib/money.ts';
import { networkNames } from '../../../lib/networks/index.ts';
import { REASONS } from '../../../lib/settlement/reasons.ts';
import type { parse } from '../command-line.ts';
import { durationOf, microOf } from '../text-table.ts';

export const options = {
  status: { type: 'string' },
  network: { type: 'string' },
  mine: { type: 'boolean' },
  'needs-review': { type: 'boolean' },
  min: { type: 'string' },
  max: { type: 'string' },
  'older-than': { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
  next: { type: 'string' },
  tx: { type: 'string' },
  sender: { type: 'string' },
  safe: { type: 'string' },
  nonce: { type: 'string' },
  'last-valid-block-height': { type: 'string' },
  dead: { type: 'string', multiple: true },
  file: { type: 'string' },
  format: { type: 'string' },
  out: { type: 'string' },
  token: { type: 'string' },
  decimals: { type: 'string' },
  'chain-id': { type: 'string' },
  reason: { type: 'string' },
  note: { type: 'string' },
  'internal-note': { type: 'string' },
  stage: { type: 'string' },
  url: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

export type Option = keyof typeof options;
export type Values = ReturnType<typeof parse<{ options: typeof options }>>['values'];

/** Those that every command has. */
export const EVERYWHERE = [
  ...['stage', 'url', 'region', 'profile', 'json', 'yes', 'help'],
] as readonly string[];

export const LIMIT_MAX = 200;
const NEXT_MAX = 10_000;

const isFromOneTo = (max: number) => (text: string) =>
  /^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= max;
const isCount = (text: string) => /^\d{1,19}$/.test(text) && BigInt(text) <= INT64_MAX;
const isAmount = (text: string) => (microOf(text) ?? 0n) > 0n;

type Rule = { holds: (text: string) => boolean; must: string };

const COUNT: Rule = { holds: isCount, must: `a number from 0 to ${INT64_MAX}` };
const oneOf = (words: readonly string[]): Rule => ({
  holds: (text) => words.includes(text),
  must: `one of ${words.join(', ')}`,
});
const AMOUNT: Rule = { holds: isAmount, must: 'an amount such as 25 or 0.000001' };

/** What the API has no chance to refuse in words that fit the option. */
export const RULES: { readonly [Name in Option]?: Rule } = {
  limit: { holds: isFromOneTo(LIMIT_MAX), must: `a number from 1 to ${LIMIT_MAX}` },
  next: { holds: isFromOneTo(NEXT_MAX), must: `a number from 1 to ${NEXT_MAX}` },
  // A misspelt one would look like a queue in which nothing waits.
  network: oneOf(networkNames),
  min: AMOUNT,
  max: AMOUNT,
  'older-than': {
    holds: (text) => durationOf(text) !== undefined,
    must: 'a time such as 90s, 30m, 2h or 3d',
  },
  nonce: COUNT,
  'last-valid-block-height': COUNT,
  reason: oneOf(REASONS),
};
