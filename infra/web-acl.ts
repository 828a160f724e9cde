/** What the firewall lets through: so many requests in five minutes by an address, and a session. */
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { Firewall } from './settings.ts';

const WINDOW_SECONDS = 300;

/** On every request that is too many, as long as its address or its session has too many. */
const TOO_MANY = 'too-many';

const REFUSAL = 'too-many-requests';

type Rule = Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>;

export function webAcl(scope: Construct, firewall: Firewall, origins: readonly string[]) {
  const rules = [
    tooMany('PerAddress', { limit: firewall.perAddress, aggregateKeyType: 'IP' }),
    // A request without the cookie is none of this rule's.
    tooMany('PerSession', {
      limit: firewall.perSession,
      aggregateKeyType: 'CUSTOM_KEYS',
      customKeys: [
        { cookie: { name: 'nl_session', textTransformations: [{ priority: 0, type: 'NONE' }] } },
      ],
    }),
    ...(firewall.countOnly ? [] : refusals(origins)),
  ];
  return new CfnWebACL(scope, 'WebAcl', {
    description: 'Limits addresses and sessions of the referral payouts',
    scope: 'CLOUDFRONT',
    defaultAction: { allow: {} },
    rules: rules.map((rule, priority) => ({
      ...rule,
      priority,
      visibilityConfig: visibility(rule.name),
    })),
    // As the gateway words it, so that clients need to know one refusal only.
    customResponseBodies: {
      [REFUSAL]: {
        contentType: 'APPLICATION_JSON',
        content: JSON.stringify({ message: 'Too Many Requests' }),
      },
    },
    visibilityConfig: visibility('WebAcl'),
  });
}

const tooMany = (name: string, statement: CfnWebACL.RateBasedStatementProperty): Rule => ({
  name,
  statement: { rateBasedStatement: { evaluationWindowSec: WINDOW_SECONDS, ...statement } },
  action: { count: {} },
  ruleLabels: [{ name: TOO_MANY }],
});

/**
 * A browser shows a page only those answers that name its origin, and a rule's answer is always the
 * same: so there is one rule for each console, and one for whoever is none. Without it the console
 * could not tell a definite refusal from a lost connection.
 */
function refusals(origins: readonly string[]): Rule[] {
  const isTooMany = { labelMatchStatement: { scope: 'LABEL', key: TOO_MANY } };
  const ofConsoles = origins.map((origin, index): Rule => {
    const isFrom = {
      byteMatchStatement: {
        fieldToMatch: { singleHeader: { Name: 'origin' } },
        positionalConstraint: 'EXACTLY',
        searchString: origin,
        textTransformations: [{ priority: 0, type: 'NONE' }],
      },
    };
    const headers = {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    };
    return refuse(
      `RefuseConsole${index + 1}`,
      { andStatement: { statements: [isTooMany, isFrom] } },
      headers,
    );
  });
  return [...ofConsoles, refuse('Refuse', isTooMany, {})];
}

const refuse = (
  name: string,
  statement: CfnWebACL.StatementProperty,
  headers: Record<string, string>,
): Rule => ({
  name,
  statement,
  action: {
    block: {
      customResponse: {
        responseCode: 429,
        customResponseBodyKey: REFUSAL,
        responseHeaders: Object.entries({ 'cache-control': 'no-store', ...headers }).map(
          ([header, value]) => ({ name: header, value }),
        ),
      },
    },
  },
});

/** Samples would show the cookies of whole requests to everybody who may look at the firewall. */
const visibility = (metricName: string) => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
});
