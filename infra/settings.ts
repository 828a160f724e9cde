/** Reads the options that a deployment sets by CDK context, and refuses what makes no sense. */
import type { Node } from 'constructs';
import { INT64_MAX } from '../lib/money.ts';
import { Problem } from './problem.ts';
import { LOOPBACK } from './surroundings.ts';

export interface Settings {
  stage: string;
  /** Production keeps its data: tables and logs survive the stack, which resists deletion. */
  production: boolean;
  consoleOrigins: string[];
  minPayoutMicro: bigint;
  alarmEmail: string | undefined;
}

/** A context value that cannot be used. */
export class SettingsError extends Problem {}

export function readSettings(node: Node): Settings {
  const context = (name: string): unknown => node.tryGetContext(name);
  const stage = parseStage(context('stage') ?? 'personal');
  return {
    stage,
    production: stage === 'production',
    consoleOrigins: parseOrigins(context('consoleOrigins') ?? 'https://console.triport.io', stage),
    minPayoutMicro: parseMinPayout(context('minPayoutMicro') ?? 10_000_000),
    alarmEmail: parseEmail(context('alarmEmail')),
  };
}

function parseStage(value: unknown): string {
  if (typeof value === 'string' && /^[a-z][a-z0-9-]{0,29}$/.test(value)) return value;
  throw new SettingsError(
    `Context "stage" must be 1 to 30 lower-case letters, digits or hyphens and start with a letter, not ${show(value)}.`,
  );
}

/** Exact origins, each one once; `what` names the option in the refusal. */
export function parseOrigins(
  value: unknown,
  stage: string,
  what = 'Context "consoleOrigins"',
): string[] {
  const list: unknown[] =
    typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [];
  const origins = list.map((entry) => (typeof entry === 'string' ? entry.trim() : ''));
  const bad = origins.find((origin) => !isOrigin(origin, stage));
  if (origins.length > 0 && bad === undefined) return [...new Set(origins)];
  throw new SettingsError(
    `${what} must list exact https origins such as https://console.example.com (http is accepted for localhost outside production), not ${show(bad ?? value)}.`,
  );
}

/** The gateway would take `*` or `https://*` and then hand a user's session to any site. */
function isOrigin(text: string, stage: string): boolean {
  if (text.includes('*') || !URL.canParse(text)) return false;
  const url = new URL(text);
  const local = LOOPBACK.includes(url.hostname) && stage !== 'production';
  return url.origin === text && (url.protocol === 'https:' || (url.protocol === 'http:' && local));
}

/** `-c` gives text, cdk.json may give a number; only a safe number still says what was written. */
function parseMinPayout(value: unknown): bigint {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text === 'string' && /^[1-9][0-9]{0,18}$/.test(text) && BigInt(text) <= INT64_MAX)
    return BigInt(text);
  throw new SettingsError(
    `Context "minPayoutMicro" must be a whole number of micro-units from 1 to ${INT64_MAX}, not ${show(value)}.`,
  );
}

function parseEmail(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/.test(value)) return value;
  throw new SettingsError(`Context "alarmEmail" must be one mail address, not ${show(value)}.`);
}

const show = (value: unknown): string => JSON.stringify(value) ?? String(value);
