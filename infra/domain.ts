/** A host name of the API's own, and its place in DNS. */
import {
  ApiMapping,
  DomainName,
  type HttpApi,
  type HttpStage,
  IpAddressType,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { AaaaRecord, ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { Domain } from './settings.ts';

export class ApiDomain extends Construct {
  /** What somebody has to put into DNS, as outputs; nothing where a zone is known. */
  readonly outputs: Record<string, string> = {};

  constructor(scope: Construct, domain: Domain, api: HttpApi, stage: HttpStage) {
    super(scope, 'Domain');
    const { certificateArn, zone } = domain;
    const name = new DomainName(this, 'Name', {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      // The least that it takes; an HTTP API knows no other.
      securityPolicy: SecurityPolicy.TLS_1_2,
      ipAddressType: IpAddressType.DUAL_STACK,
    });
    const mapping = new ApiMapping(this, 'Mapping', { api, stage, domainName: name });
    if (zone === undefined) {
      this.outputs = { DnsCnameName: domain.name, DnsCnameTarget: name.regionalDomainName };
      return;
    }
    const { regionalDomainName, regionalHostedZoneId } = name;
    const target = new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId);
    const record = {
      zone: HostedZone.fromHostedZoneAttributes(this, 'Zone', {
        hostedZoneId: zone.id,
        zoneName: zone.name,
      }),
      recordName: domain.name,
      target: RecordTarget.fromAlias(target),
    };
    // Whoever finds the name in DNS finds the API behind it.
    new ARecord(this, 'Ipv4', record).node.addDependency(mapping);
    new AaaaRecord(this, 'Ipv6', record).node.addDependency(mapping);
  }
}
