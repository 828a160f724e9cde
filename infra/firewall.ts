/**
 * What a stage may put before its API: a CloudFront distribution with a firewall (AWS WAF), which
 * HTTP APIs cannot have themselves. Both have to be in us-east-1, so they are a stack of their own;
 * it refers to the API by its domain alone, and to nothing in the other stack.
 */
import { CfnOutput, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CfnDelivery, CfnDeliveryDestination, CfnDeliverySource } from 'aws-cdk-lib/aws-logs';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { vendedLogs } from './compute/log-groups.ts';
import { type Domain, type Firewall, resistsDeletion, type Settings } from './settings.ts';

/** Beyond the 30 s after which the gateway has always answered. */
const READ_TIMEOUT = Duration.seconds(35);

/**
 * CloudFront keeps these for ten seconds unless it is told not to, whatever the response says of
 * caching, and shows them to everybody who asks for the same path: one user's 404 to another, and a
 * 500 that is long over.
 */
const KEPT_ERRORS = [400, 403, 404, 405, 414, 500, 501, 502, 503, 504];

/** Who and when; no cookies, and no paths or queries, as in the API's access log. */
const LOGGED = [
  ...['date', 'time', 'c-ip', 'cs-method', 'sc-status', 'x-edge-result-type'],
  ...['x-edge-detailed-result-type', 'time-taken', 'x-edge-location', 'x-edge-request-id'],
];

export interface FirewallSettings extends Settings {
  firewall: Firewall;
  domain: Domain;
}

export class FirewallStack extends Stack {
  constructor(scope: Construct, settings: FirewallSettings) {
    const { stage, account, firewall, domain } = settings;
    super(scope, 'ReferralPayoutsFirewall', {
      stackName: `ReferralPayouts-${stage}-Firewall`,
      description: `Referral payouts (${stage}): CloudFront and WAF before the API`,
      terminationProtection: resistsDeletion(settings),
      env: { ...(account && { account }), region: 'us-east-1' },
    });
    const distribution = new Distribution(this, 'Distribution', {
      comment: `Referral payouts (${stage})`,
      domainNames: [firewall.name],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', firewall.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: HttpVersion.HTTP2_AND_3,
      // By IPv6 anybody has more addresses than a rule for each address could count.
      enableIpv6: false,
      webAclId: webAcl(this, firewall, settings.consoleOrigins).attrArn,
      defaultBehavior: {
        origin: new HttpOrigin(domain.name, {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
          readTimeout: READ_TIMEOUT,
        }),
        // The smallest of CloudFront's three sets that has POST; the gateway answers 404 to the rest.
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // Cookies, Origin, Idempotency-Key and all: the functions judge what was sent.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        // A redirect would come after a session had been sent in the clear.
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        compress: false,
      },
      errorResponses: KEPT_ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    });
    this.log(distribution, settings);
    Validations.of(distribution).acknowledge(
      { id: 'AwsSolutions-CFR1', reason: 'Customers may be anywhere.' },
      {
        id: 'AwsSolutions-CFR3',
        reason:
          'Its access log goes to CloudWatch Logs by a delivery, which the rule does not see.',
      },
    );
    const outputs = {
      PublicUrl: `https://${firewall.name}`,
      DistributionDomainName: distribution.distributionDomainName,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }

  /** To the API every request comes from CloudFront: only here is it known whose it was. */
  private log(distribution: Distribution, settings: Settings): void {
    const group = vendedLogs(this, 'AccessLogs', 'cloudfront', settings);
    const name = this.stackName;
    const source = new CfnDeliverySource(this, 'LogSource', {
      name,
      logType: 'ACCESS_LOGS',
      resourceArn: distribution.distributionArn,
    });
    const destination = new CfnDeliveryDestination(this, 'LogDestination', {
      name,
      destinationResourceArn: group.logGroupArn,
      outputFormat: 'json',
    });
    new CfnDelivery(this, 'LogDelivery', {
      deliverySourceName: source.ref,
      deliveryDestinationArn: destination.attrArn,
      recordFields: LOGGED,
    });
  }
}

const WINDOW_SECONDS = 300;

/** On every request that is too many, as long as its address or its session has too many. */
const TOO_MANY = 'too-many';

const REFUSAL = 'too-many-requests';

type Rule = Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>;

/** What it lets through: so many requests in five minutes by an address, and by a session. */
function webAcl(scope: Construct, firewall: Firewall, origins: readonly string[]) {
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
