/**
 * Stands in for the SDK's rules of endpoints in bundles: the endpoint that the settings name, or
 * the region's. Those of one account are not asked for, as Lambda tells no account with its
 * credentials.
 */
import { partition } from '@aws-sdk/core/client';

type Endpoint = { url: URL; properties: object; headers: Record<string, string[]> };
type Parameters = {
  Endpoint?: string;
  Region?: string;
  UseFIPS?: boolean;
  UseDualStack?: boolean;
};

/** A client asks for its endpoint with every request. */
const known = new Map<string, Endpoint>();

/** Throws for the two settings that would call for other rules. */
export function defaultEndpointResolver(parameters: Parameters): Endpoint {
  const { Endpoint: named, Region: region = '', UseFIPS, UseDualStack } = parameters;
  if (UseFIPS || UseDualStack)
    throw new Error('The bundle has no endpoints of FIPS or of dual stack.');
  const url = named ?? `https://dynamodb.${region}.${partition(region).dnsSuffix}`;
  const endpoint = known.get(url) ?? { url: new URL(url), properties: {}, headers: {} };
  known.set(url, endpoint);
  return endpoint;
}
