/**
 * List prices of us-east-1 in US dollars, without the free allowances, as looked up on the date
 * below: on the page named, or where its stored copy has no number, in what others quote from it.
 */
export const LOOKED_UP_ON = '2026-11-27';

type Price = {
  service: string;
  /** Dollars for one: request, unit, gigabyte, or month of having it. */
  usd: number;
  /** The page below aws.amazon.com. */
  page: string;
};

const perMillion = (usd: number): number => usd / 1e6;

const API = { service: 'API Gateway', page: 'api-gateway/pricing' };
const LAMBDA = { service: 'Lambda', page: 'lambda/pricing' };
const REQUESTS = { service: 'DynamoDB, requests', page: 'dynamodb/pricing/on-demand' };
const DATA = {
  service: 'DynamoDB, data kept for a month and its recovery',
  page: 'dynamodb/pricing/on-demand',
};
const LOGS = { service: 'CloudWatch, logs', page: 'cloudwatch/pricing' };
const WATCH = { service: 'CloudWatch, alarms and dashboard', page: 'cloudwatch/pricing' };
const METRICS = { service: 'CloudWatch, metrics of log lines', page: 'cloudwatch/pricing' };
const BUS = { service: 'EventBridge', page: 'eventbridge/pricing' };
const SECRETS = { service: 'Secrets Manager', page: 'secrets-manager/pricing' };
const TRANSFER = { service: 'Data out to the internet', page: 'ec2/pricing/on-demand' };
const WAF = { service: 'WAF', page: 'waf/pricing' };
const CLOUDFRONT = { service: 'CloudFront', page: 'cloudfront/pricing' };

export const PRICES = {
  /** An HTTP API's, of up to 512 KB. */
  apiRequest: { ...API, usd: perMillion(1) },
  invocation: { ...LAMBDA, usd: perMillion(0.2) },
  /** On arm64. */
  gbSecond: { ...LAMBDA, usd: 0.0000133334 },
  readUnit: { ...REQUESTS, usd: perMillion(0.125) },
  writeUnit: { ...REQUESTS, usd: perMillion(0.625) },
  tableGbMonth: { ...DATA, usd: 0.25 },
  recoveryGbMonth: { ...DATA, usd: 0.2 },
  logGb: { ...LOGS, usd: 0.5 },
  alarmMetric: { ...WATCH, usd: 0.1 },
  compositeAlarm: { ...WATCH, usd: 0.5 },
  dashboard: { ...WATCH, usd: 3 },
  /** For the hours in which it got a value. */
  customMetric: { ...METRICS, usd: 0.3 },
  busEvent: { ...BUS, usd: perMillion(1) },
  /** Taken into an archive; keeping it there for 42 days is another 0.03. */
  archivedGb: { ...BUS, usd: 0.1 + 0.023 * (42 / 30) },
  queueRequest: { service: 'SQS', page: 'sqs/pricing', usd: perMillion(0.4) },
  transition: { service: 'Step Functions', page: 'step-functions/pricing', usd: 0.025 / 1000 },
  /** A month of having one. */
  secret: { ...SECRETS, usd: 0.4 },
  secretCall: { ...SECRETS, usd: perMillion(5) },
  gbOut: { ...TRANSFER, usd: 0.09 },
  trace: { service: 'X-Ray', page: 'xray/pricing', usd: perMillion(5) },
  webAcl: { ...WAF, usd: 5 },
  wafRule: { ...WAF, usd: 1 },
  wafRequest: { ...WAF, usd: perMillion(0.6) },
  /** By HTTPS, in North America and Europe. */
  cdnRequest: { ...CLOUDFRONT, usd: perMillion(1) },
} as const satisfies Record<string, Price>;

/** How much of what has a price. */
export type Usage = { -readonly [Priced in keyof typeof PRICES]?: number };

/** Dollars by service, in the order of the prices. */
export function priced(usage: Usage): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, { service, usd }] of Object.entries(PRICES)) {
    const used = usage[name as keyof Usage] ?? 0;
    sums.set(service, (sums.get(service) ?? 0) + used * usd);
  }
  return sums;
}

export function added(...usages: Usage[]): Usage {
  const sum: Usage = {};
  for (const [name, used] of usages.flatMap((usage) => Object.entries(usage)))
    sum[name as keyof Usage] = (sum[name as keyof Usage] ?? 0) + used;
  return sum;
}

export const times = (count: number, usage: Usage): Usage =>
  Object.fromEntries(Object.entries(usage).map(([name, used]) => [name, count * used]));
