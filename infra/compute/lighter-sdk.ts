/**
 * Leaves out of a bundle what the SDK brings along and no function here has a use for. Each part
 * says why, and `test/infra/compute/lighter-sdk.test.ts` holds what goes over the wire, and what
 * comes back, against the SDK as it is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** A file of a package, by its path, and what becomes of its text. */
type Part = { file: RegExp; instead: (text: string) => string; loader?: 'js' | 'json' };

const parts: Part[] = [
  {
    // A client reads its version there, and would carry the whole file.
    file: /@aws-sdk\/[^/]+\/package\.json$/,
    instead: (text) => JSON.stringify({ version: JSON.parse(text).version }),
    loader: 'json',
  },
  {
    // SHA-256 in JavaScript, for a Node that was built without it.
    file: /@smithy\/core\/.*\/sha256\/Sha256Js\.js$/,
    instead: () => 'export const Sha256Js = undefined;',
  },
  {
    // The files below `~/.aws`. A function has none: what it does not find in its environment would
    // cost it two reads that fail, and `node:fs/promises`, which is the most costly part of all.
    file: /@smithy\/core\/.*\/shared-ini-file-loader\/loadSharedConfigFiles\.js$/,
    instead: () => `
      export { CONFIG_PREFIX_SEPARATOR } from './constants';
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  },
  {
    // A body may be a file or a stream elsewhere; asking for its class would load them all.
    file: /@smithy\/core\/.*\/util-body-length\/calculateBodyLength\.js$/,
    instead: () => `
      export const calculateBodyLength = (body) => (body ? Buffer.byteLength(body) : 0);`,
  },
  {
    // Random ids by Web Crypto, which takes long to load and is used by nothing else.
    file: /@smithy\/core\/.*\/serde\/uuid\/v4\.js$/,
    instead: () => `
      import { randomUUID } from 'node:crypto';
      export const bindV4 = () => () => randomUUID();`,
  },
  {
    // The region of an EC2 machine, asked from its metadata service, which Lambda has not.
    file: /@smithy\/core\/.*\/regionConfig\/getInstanceMetadataRegion\.js$/,
    instead: () => 'export const getInstanceMetadataRegion = async () => undefined;',
  },
  {
    // Retries that also hold back. Every send of ours is one attempt, and `retry.ts` does the rest.
    file: /@smithy\/core\/.*\/util-retry\/AdaptiveRetryStrategy\.js$/,
    instead: () =>
      `export { StandardRetryStrategy as AdaptiveRetryStrategy } from './StandardRetryStrategy';`,
  },
  {
    // What asks for endpoints, of which DynamoDB tells none that are not known beforehand.
    file: /@aws-sdk\/client-dynamodb\/.*\/DescribeEndpointsCommand\.js$/,
    instead: () => 'export const DescribeEndpointsCommand = undefined;',
  },
  {
    file: /@aws-sdk\/client-dynamodb\/.*\/endpointResolver\.js$/,
    instead: () => `export * from ${JSON.stringify(join(import.meta.dirname, 'dynamodb-endpoint.ts'))};`,
  },
  {
    // The names of all regions. The pattern of its partition matches each of them as well.
    file: /@aws-sdk\/core\/.*\/aws\/partitions\.js$/,
    instead: (text) => `export const partitionsInfo = ${JSON.stringify(partitionsOf(text))};`,
  },
  {
    // The classes of errors. One that is not registered arrives as the class which all extend, with
    // its name and its message; of the others only the transaction's has anything else to say.
    file: /@aws-sdk\/client-dynamodb\/.*\/schemas_0\.js$/,
    instead: (text) =>
      text.replace(
        /^export var (\w+)\$ = \[-3, n0,[^;]*;\nn0_registry\.registerError\(\1\$, \1\);$/gm,
        (error, name) => (name === 'TransactionCanceledException' ? error : ''),
      ),
  },
];

/** Of each partition its pattern and its domain, which is all that an endpoint is made of here. */
const partitionsOf = (text: string) => {
  const { partitions } = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
  return {
    partitions: partitions.map(
      ({ id, regionRegex, outputs: { dnsSuffix } }: Record<string, any>) => ({
        id,
        regionRegex,
        regions: {},
        outputs: { dnsSuffix },
      }),
    ),
  };
};

export const lighterSdk: Plugin = {
  name: 'lighter-sdk',
  setup(context) {
    for (const { file, instead, loader = 'js' } of parts) {
      const filter = new RegExp(file.source.replaceAll('\\/', '[\\\\/]'));
      context.onLoad({ filter }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        const contents = instead(text);
        return { contents, loader };
      });
    }
  },
};
