/** What a deployment can set, and which stages make no sense. */
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { INT64_MAX } from '../lib/money.ts';
import { addressOn, isPayableOn, type Network, networkNames } from '../lib/networks/index.ts';
import { type PayoutToken, wrongInToken } from '../lib/networks/token.ts';
import { Problem } from './problem.ts';
import { LOOPBACK } from './surroundings.ts';

/** What `infra/stages.ts` says of a stage. What is left out is off. */
export interface Stage {
  /**
   * `production` keeps its data: tables and logs survive the stack, which resists deletion. A
   * `personal` stack goes without a trace.
   */
  kind: 'personal' | 'production';
  /** The only account, in 12 digits, that it may be deployed to; by default who is signed in. */
  account?: string;
  /** Likewise, such as `eu-central-1`. */
  region?: string;
  /** The exact origins that may use a session from a browser. */
  consoleOrigins: readonly string[];
  /** The least that a payout may be, in micro-units. */
  minPayoutMicro: bigint;
  /** Above it, in micro-units, a payout needs the approval of another identity than its payer's. */
  approvalAboveMicro?: bigint;
  /** What a user may request in a UTC day, in micro-units. */
  userDailyLimitMicro?: bigint;
  /** What may be claimed in a UTC day, in micro-units, by network; more takes an approval. */
  outflowBudgetsMicro?: Partial<Record<Network, bigint>>;
  /** What each network's payouts are paid in, so that operators' exports need not be told. */
  tokens?: Partial<Record<Network, PayoutToken>>;
  /** The networks whose chain is asked whether a payout was paid (infra/README.md, "Proof on chain"). */
  verifiers?: Verifiers;
  /** How often all accounts are reconciled, and by how many at once; every day by one. */
  reconciliation?: ReconciliationSettings;
  /**
   * Refuses addresses of the sanctions list (lib/networks/sanctioned.ts has its date), when a payout
   * is requested and again when it is claimed, and tells nobody why (infra/README.md, "Sanctions").
   */
  sanctions?: boolean;
  /** Who gets the alarms by mail. */
  alarmEmail?: string;
  /** Without it no browser sends the console's cookie: hosts of `execute-api` cannot get one. */
  domain?: Domain;
  /** Limits addresses and sessions before they reach the API; see "Against a flood" in the README. */
  firewall?: Firewall;
  /** The account, in 12 digits, that billing puts its events from, where that is another one. */
  billingAccount?: string;
  /**
   * Until the first deployment has succeeded: leaves out the protection of tables and stack, which
   * would keep a failed one from being cleared away. What it made is then deleted; later on tables
   * and logs are kept, with or without this.
   */
  firstDeployment?: boolean;
  /**
   * Has X-Ray trace the first call in each second and one in twenty of the others, of every
   * function: Lambda's own rate, which nobody can set. For incidents, since at a few calls a second
   * nearly all are traced, and that costs more than all the rest.
   */
  tracing?: boolean;
}

export interface ReconciliationSettings {
  /** From 1 to 144, the next one beginning so many hours after the last; 24 when left out. */
  everyHours?: number;
  /** From 1 to 40, each going through a segment of every table; 1 when left out. */
  segments?: number;
}

export interface Domain {
  /** The host of the API, on the console's site: the cookie is for the domain that both are below. */
  name: string;
  /** Of AWS Certificate Manager, in the stage's account and region. */
  certificateArn: string;
  /** Of Route 53, in the stage's account; without it the outputs say what to put into DNS. */
  zone?: { id: string; name: string };
}

/** Who may pay on each network whose chain is asked; `tokens` says what is paid there. */
export interface Verifiers {
  /**
   * The name of a secret in AWS Secrets Manager, in the stage's account and region: JSON such as
   * `{"ethereum": ["https://...", "https://..."]}`, two or more providers for each network.
   */
  secret: string;
  /** Keys, Safes and contracts that disperse; on Solana the owners of token accounts. */
  senders: Partial<Record<Network, readonly string[]>>;
}

/** A distribution before the API, with a limit on what one address or one session may send. */
export interface Firewall {
  /**
   * The host that callers use, below the domain that the console's cookie is for. The API's own,
   * `domain.name`, is then for operators alone: whoever knows it gets past the firewall.
   */
  name: string;
  /** Of AWS Certificate Manager, in the stage's account and us-east-1. */
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

/** Whether DynamoDB and CloudFormation refuse to delete the stage's tables and its stack. */
export const resistsDeletion = ({ production, firstDeployment = false }: Settings): boolean =>
  production && !firstDeployment;

/** What a stage's stack is called. */
export const stackNameOf = (stage: string): string => `ReferralPayouts-${stage}`;

/** A stage that cannot be deployed. */
export class SettingsError extends Problem {}

const KINDS: readonly Stage['kind'][] = ['personal', 'production'];

type Refuse = (what: string, value?: unknown) => never;

/** Throws SettingsError, with one sentence that names the stage and the setting. */
export function checkStage(stage: string, given: Stage): Settings {
  const production = given.kind === 'production';
  const refuse: Refuse = (what, value) => {
    throw new SettingsError(
      `Stage "${stage}" (infra/stages.ts): ${what}${value === undefined ? '' : `, not ${show(value)}`}.`,
    );
  };
  if (!/^[a-z][a-z0-9-]{0,29}$/.test(stage))
    refuse('its name must be 1 to 30 lower-case letters, digits or hyphens, a letter first', stage);
  // The compiler says so too, but nobody needs it to deploy: what is misspelt would be unprotected.
  if (!KINDS.includes(given.kind)) refuse(`kind must be ${KINDS.join(' or ')}`, given.kind);
  // Its tables would go with the stack, whatever its name promises.
  if (!production && /prod|prd|live/.test(stage))
    refuse('what is named like production must be of kind "production"', given.kind);
  checkOrigins(given.consoleOrigins, production, (value) =>
    refuse(`consoleOrigins ${EXACT_ORIGINS}`, value),
  );
  if (given.minPayoutMicro < 1n || given.minPayoutMicro > INT64_MAX)
    refuse(`minPayoutMicro must be from 1 to ${INT64_MAX}`, given.minPayoutMicro);
  checkLimits(given, refuse);
  checkTokens(given, refuse);
  checkVerifiers(given, refuse);
  checkReconciliation(given, refuse);
  checkPlaces(given, refuse);
  if (given.alarmEmail !== undefined && !/^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/.test(given.alarmEmail))
    refuse('alarmEmail must be one mail address', given.alarmEmail);
  if (given.firstDeployment && !production)
    refuse('firstDeployment leaves out a protection that only production has', undefined);
  if (production)
    for (const name of ['account', 'region', 'alarmEmail', 'domain'] as const)
      if (given[name] === undefined) refuse(`production needs its ${name}`);
  if (given.domain !== undefined) checkDomain(given.domain, given, refuse);
  if (given.firewall !== undefined) checkFirewall(given.firewall, given, refuse);
  return { ...given, stage, production };
}

function checkLimits(
  { approvalAboveMicro, userDailyLimitMicro, minPayoutMicro, outflowBudgetsMicro = {} }: Stage,
  refuse: Refuse,
): void {
  const isLimit = (micro: bigint) => micro >= 1n && micro <= INT64_MAX;
  if (approvalAboveMicro !== undefined && !isLimit(approvalAboveMicro))
    refuse(`approvalAboveMicro must be from 1 to ${INT64_MAX}`, approvalAboveMicro);
  if (userDailyLimitMicro !== undefined) {
    if (!isLimit(userDailyLimitMicro))
      refuse(`userDailyLimitMicro must be from 1 to ${INT64_MAX}`, userDailyLimitMicro);
    // Else every payout would be refused, by the one limit or the other.
    if (userDailyLimitMicro < minPayoutMicro)
      refuse('userDailyLimitMicro must be at least minPayoutMicro', userDailyLimitMicro);
  }
  const known: string[] = networkNames;
  for (const [network, micro] of Object.entries(outflowBudgetsMicro)) {
    if (!known.includes(network)) refuse(`outflowBudgetsMicro knows ${known.join(', ')}`, network);
    if (!isLimit(micro)) refuse(`outflowBudgetsMicro must be from 1 to ${INT64_MAX}`, micro);
  }
}

/** CloudWatch looks back for a week at most, and a Map within a state machine runs so many at once. */
const RECONCILIATION_MAX = { everyHours: 144, segments: 40 };

function checkReconciliation({ reconciliation = {} }: Stage, refuse: Refuse): void {
  for (const [name, most] of Object.entries(RECONCILIATION_MAX)) {
    const value = reconciliation[name as keyof ReconciliationSettings];
    if (value !== undefined && (!Number.isInteger(value) || value < 1 || value > most))
      refuse(`reconciliation.${name} must be a whole number from 1 to ${most}`, value);
  }
}

function checkTokens({ tokens = {} }: Stage, refuse: Refuse): void {
  const known: string[] = networkNames;
  for (const [network, token] of Object.entries(tokens)) {
    if (!known.includes(network)) refuse(`tokens knows ${known.join(', ')}`, network);
    const wrong = wrongInToken(network as Network, token);
    if (wrong !== undefined) refuse(`tokens.${network}.${wrong.field} ${wrong.must}`, wrong.value);
  }
}

/** What Secrets Manager takes, without a hyphen and six characters at its end, as its ARNs have. */
const SECRET_NAME = /^(?!.*-[A-Za-z0-9]{6}$)[\w/+=.@-]{1,512}$/;

/** A network is verified by all that pays there, so that nothing that left by another is missed. */
function checkVerifiers({ verifiers, tokens = {} }: Stage, refuse: Refuse): void {
  if (verifiers === undefined) return;
  const { secret, senders } = verifiers;
  if (!SECRET_NAME.test(secret))
    refuse('verifiers.secret must be the name of a secret, not ending in - and six others', secret);
  const verified = Object.entries(senders) as [Network, readonly string[]][];
  if (verified.length === 0) refuse('verifiers.senders must name a network');
  for (const [network, addresses] of verified) {
    const token = tokens[network];
    if (token === undefined) refuse('verifiers.senders needs a network with a token', network);
    if (addresses.length === 0) refuse(`verifiers.senders.${network} must name who pays`);
    for (const address of addresses)
      if (!isPayableOn(network, address))
        refuse(`verifiers.senders.${network} must be addresses of the network`, address);
    const known = new Set(addresses.map((address) => addressOn(network, address)));
    if (known.size < addresses.length)
      refuse(`verifiers.senders.${network} must name each sender once`, addresses);
    const { safe } = token as PayoutToken;
    if (safe !== undefined && !known.has(addressOn(network, safe)))
      refuse(`verifiers.senders.${network} must have the Safe of tokens.${network}`, safe);
  }
}

function checkPlaces({ region, ...given }: Stage, refuse: Refuse): void {
  for (const name of ['account', 'billingAccount'] as const)
    if (given[name] !== undefined && !/^\d{12}$/.test(given[name]))
      refuse(`${name} must be 12 digits`, given[name]);
  if (region !== undefined && !/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region))
    refuse('region must be one of AWS, such as eu-central-1', region);
}

/** A DNS name below a top-level domain, which begins with a letter: so it is no IP address either. */
const HOST = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const CERTIFICATE = /^arn:(aws[a-z-]*):acm:([a-z0-9-]+):(\d{12}):certificate\/[\w-]+$/;

function checkDomain({ name, certificateArn, zone }: Domain, given: Stage, refuse: Refuse): void {
  const { account, region, consoleOrigins } = given;
  if (!HOST.test(name)) refuse('domain.name must be a host name alone, in lower case', name);
  if (!onSiteOf(consoleOrigins, name))
    refuse('domain.name must be on the site of a console, whose cookie it gets', name);
  if (account === undefined || region === undefined)
    refuse('a domain needs the account and the region that its certificate is in');
  const [, partition, ...place] = CERTIFICATE.exec(certificateArn) ?? [];
  const { partition: expected = partition } = RegionInfo.get(region);
  if (partition !== expected || `${place}` !== `${region},${account}`)
    refuse('domain.certificateArn must be of ACM in the account and region', certificateArn);
  if (zone === undefined) return;
  if (!/^Z[A-Z0-9]{1,31}$/.test(zone.id)) refuse('domain.zone.id must be one of Route 53', zone.id);
  if (!HOST.test(zone.name) || !`.${name}`.endsWith(`.${zone.name}`))
    refuse('domain.zone.name must be what domain.name ends in', zone.name);
}

/** A site is at least two labels, so hosts of one site have these in common. */
function onSiteOf(origins: readonly string[], name: string): boolean {
  const site = (host: string) => host.split('.').slice(-2).join('.');
  return origins.some((origin) => site(new URL(origin).hostname) === site(name));
}

/** AWS WAF's own bounds. */
const WAF_LIMIT = { least: 10, most: 2_000_000_000 };

function checkFirewall(firewall: Firewall, given: Stage, refuse: Refuse): void {
  const { name, certificateArn } = firewall;
  const { domain, account, region = '', consoleOrigins } = given;
  if (domain === undefined) refuse('a firewall stands before a domain, so it needs one');
  if (/^(cn|us-gov)-/.test(region))
    refuse('a firewall needs us-east-1, which its partition does not have', region);
  if (!HOST.test(name)) refuse('firewall.name must be a host name alone, in lower case', name);
  if (name === domain?.name)
    refuse("firewall.name must not be the API's own host, domain.name, which it hides", name);
  if (!onSiteOf(consoleOrigins, name))
    refuse('firewall.name must be on the site of a console, whose cookie it gets', name);
  const [, , ...place] = CERTIFICATE.exec(certificateArn) ?? [];
  if (`${place}` !== `us-east-1,${account}`)
    refuse('firewall.certificateArn must be of ACM in the account and us-east-1', certificateArn);
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
