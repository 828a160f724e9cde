/** Stands in for the SDK's default credential chain in bundles: Lambda sets variables instead. */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
