/**
 * Stands in for the SDK's default credential chain inside the bundles: in Lambda, credentials are
 * environment variables.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
