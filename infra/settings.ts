/** What a deployment can set, and which stages make no sense. */
import { INT64_MAX } from '../lib/money.ts';
import { Problem } from './problem.ts';
import { LOOPBACK } from './surroundings.ts';

/** What `infra/stages.ts` says of a stage. What is left out is off. */
export interface Stage {
  /**
   * `production` keeps its data: tables and logs survive the stack, which resists deletion. A
   * `personal` stack goes without a trace.
   */
  kind: 'personal' | 'production';
  /** The only account and region that it may be deployed to; by default whichever is signed in. */
  account?: string;
  region?: string;
  /** The exact origins that may use a session from a browser. */
  consoleOrigins: readonly string[];
  /** The least that a payout may be, in micro-units. */
  minPayoutMicro: bigint;
  /** Who gets the alarms by mail. */
  alarmEmail?: string;
  /** Without it no browser sends the console's cookie: hosts of `execute-api` cannot get one. */
  domain?: Domain;
  /** Limits addresses and sessions before they reach the API; see "Against a flood" in the README. */
  firewall?: Firewall;
}

export interface Domain {
  /** The host of the API, below the domain that the console's cookie is for. */
  name: string;
  /** Of AWS Certificate Manager, in the stack's region. */
  certificateArn: string;
}

/** A distribution before the API, with a limit on what one address or one session may send. */
export interface Firewall {
  /**
   * The host that callers use, below the domain that the console's cookie is for. The API's own,
   * `domain.name`, is then for operators alone: whoever knows it gets past the firewall.
   */
  name: string;
  /** Of AWS Certificate Manager, in us-east-1. */
  certificateArn: string;
  /** Requests in five minutes by one address, which a whole company may share. */
  perAddress: number;
  /** Requests in five minutes with one session's cookie. */
  perSession: number;
  /** Refuses nothing yet, and shows in the firewall's metrics what it would have refused. */
  countOnly?: boolean;
}

/** A stage that was checked, and its name. */
export interface Settings extends Stage {
  stage: string;
  production: boolean;
}

/** A stage that cannot be deployed. */
export class SettingsError extends Problem {}

/** Throws SettingsError, with one sentence that names the stage and the setting. */
export function checkStage(stage: string, given: Stage): Settings {
  const production = given.kind === 'production';
  const refuse = (what: string, value: unknown): never => {
    throw new SettingsError(
      `Stage "${stage}" (infra/stages.ts): ${what}${value === undefined ? '' : `, not ${show(value)}`}.`,
    );
  };
  if (!/^[a-z][a-z0-9-]{0,29}$/.test(stage))
    refuse('its name must be 1 to 30 lower-case letters, digits or hyphens, a letter first', stage);
  // Its tables would go with the stack, whatever its name promises.
  if (!production && /prod|prd|live/.test(stage))
    refuse('what is named like production must be of kind "production"', given.kind);
  checkOrigins(given.consoleOrigins, production, (value) =>
    refuse(`consoleOrigins ${EXACT_ORIGINS}`, value),
  );
  if (given.minPayoutMicro < 1n || given.minPayoutMicro > INT64_MAX)
    refuse(`minPayoutMicro must be from 1 to ${INT64_MAX}`, given.minPayoutMicro);
  if (given.alarmEmail !== undefined && !/^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/.test(given.alarmEmail))
    refuse('alarmEmail must be one mail address', given.alarmEmail);
  if (production)
    for (const name of ['account', 'region', 'alarmEmail', 'domain'] as const)
      if (given[name] === undefined) refuse(`production needs its ${name}`, undefined);
  if (given.firewall) checkFirewall(given.firewall, given, refuse);
  return { ...given, stage, production };
}

/** AWS WAF's own bounds. */
const WAF_LIMIT = { least: 10, most: 2_000_000_000 };

function checkFirewall(
  firewall: Firewall,
  { domain, region = '' }: Stage,
  refuse: (what: string, value: unknown) => never,
): void {
  const { name, certificateArn } = firewall;
  if (domain === undefined) refuse('a firewall stands before a domain, so it needs one', undefined);
  if (/^(cn|us-gov)-/.test(region))
    refuse('a firewall needs us-east-1, which its partition does not have', region);
  if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(name))
    refuse('firewall.name must be a host name such as api.example.com', name);
  if (name === domain?.name)
    refuse("firewall.name must not be the API's own host, domain.name, which it hides", name);
  if (!/^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]+$/.test(certificateArn))
    refuse('firewall.certificateArn must be of a certificate in us-east-1', certificateArn);
  for (const limit of ['perAddress', 'perSession'] as const) {
    const value = firewall[limit];
    if (!Number.isInteger(value) || value < WAF_LIMIT.least || value > WAF_LIMIT.most)
      refuse(`firewall.${limit} must be from ${WAF_LIMIT.least} to ${WAF_LIMIT.most}`, value);
  }
}

const EXACT_ORIGINS =
  'must list exact https origins such as https://console.example.com (http is accepted for localhost outside production)';

/** From a comma list, each one once; throws SettingsError, in which `what` names the list. */
export function parseOrigins(text: string, what: string): string[] {
  const origins = text.split(',').map((entry) => entry.trim());
  checkOrigins(origins, false, (value) => {
    throw new SettingsError(`${what} ${EXACT_ORIGINS}, not ${show(value)}.`);
  });
  return [...new Set(origins)];
}

function checkOrigins(
  origins: readonly string[],
  production: boolean,
  refuse: (value: unknown) => never,
): void {
  if (origins.length === 0) refuse(origins);
  for (const origin of origins) if (!isOrigin(origin, production)) refuse(origin);
}

/** The gateway would take `*` or `https://*` and then hand a user's session to any site. */
function isOrigin(text: string, production: boolean): boolean {
  if (text.includes('*') || !URL.canParse(text)) return false;
  const url = new URL(text);
  const local = LOOPBACK.includes(url.hostname) && !production;
  return url.origin === text && (url.protocol === 'https:' || (url.protocol === 'http:' && local));
}

const show = (value: unknown): string =>
  typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value));
