/**
 * Leaves out of a bundle what the SDK brings along and no function here has a use for. Each part
 * says why; `test/infra/compute/lighter-sdk.test.ts` holds what goes over the wire, and what is
 * made of the answers, against the SDK as it is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** A file of a package, by its path with slashes, and what becomes of its text. */
type Part = { file: RegExp; instead: (text: string) => string; loader?: 'json' };

const ENDPOINT = join(import.meta.dirname, 'dynamodb-endpoint.ts');

const PARTS: Part[] = [
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
    // cost it reads that fail, and `node:fs/promises`, which takes longest to load of all.
    file: /@smithy\/core\/.*\/shared-ini-file-loader\/loadSharedConfigFiles\.js$/,
    instead: () => `
      export { CONFIG_PREFIX_SEPARATOR } from "./constants";
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  },
  {
    // The region of an EC2 machine, asked of its metadata service, which Lambda has not.
    file: /@smithy\/core\/.*\/regionConfig\/getInstanceMetadataRegion\.js$/,
    instead: () => 'export const getInstanceMetadataRegion = async () => undefined;',
  },
  {
    // A body may be a file elsewhere, and to ask for the class of those loads more of Node.
    file: /@smithy\/core\/.*\/util-body-length\/calculateBodyLength\.js$/,
    instead: () =>
      'export const calculateBodyLength = (body) => (body ? Buffer.byteLength(body) : 0);',
  },
  {
    // Random ids by Web Crypto, which takes long to load, while the other crypto is there anyway.
    file: /@smithy\/core\/.*\/serde\/uuid\/v4\.js$/,
    instead: () => `
      import { randomUUID } from "node:crypto";
      export const bindV4 = () => () => randomUUID();`,
  },
  {
    // Retries that also hold back. A send of ours is one attempt, and `retry.ts` does the rest.
    file: /@smithy\/core\/.*\/util-retry\/AdaptiveRetryStrategy\.js$/,
    instead: () =>
      `export { StandardRetryStrategy as AdaptiveRetryStrategy } from "./StandardRetryStrategy";`,
  },
  {
    // The rules that an endpoint follows from: most are about accounts, FIPS and dual stack.
    file: /@aws-sdk\/client-dynamodb\/.*\/endpointResolver\.js$/,
    instead: () => `export { defaultEndpointResolver } from ${JSON.stringify(ENDPOINT)};`,
  },
  {
    // The names of all regions: the pattern of its partition matches each of them as well.
    file: /@aws-sdk\/core\/.*\/aws\/partitions\.js$/,
    instead: withoutRegions,
  },
  {
    // What asks for other endpoints, which DynamoDB does not name any more.
    file: /@aws-sdk\/client-dynamodb\/.*\/DescribeEndpointsCommand\.js$/,
    instead: () => 'export const DescribeEndpointsCommand = undefined;',
  },
  {
    // The classes of errors. One that has none arrives as an instance of the class that all extend,
    // with its name and message; no other but the transaction's has more to say to `failure.ts`.
    file: /@aws-sdk\/client-dynamodb\/.*\/schemas_0\.js$/,
    instead: (text) =>
      text.replace(
        /^export var (\w+)\$ = \[-3, n0,[^;]*;\nn0_registry\.registerError\(\1\$, \1\);$/gm,
        (error, name) => (name === 'TransactionCanceledException' ? error : ''),
      ),
  },
];

function withoutRegions(text: string): string {
  const { partitions, ...rest } = JSON.parse(
    text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1),
  );
  const bare = partitions.map((partition: object) => ({ ...partition, regions: {} }));
  return `export const partitionsInfo = ${JSON.stringify({ ...rest, partitions: bare })};`;
}

/** Fails where there is nothing left to take away, so that no part outlives its reason unseen. */
export const lighterSdk: Plugin = {
  name: 'lighter-sdk',
  setup(context) {
    for (const { file, instead, loader = 'js' } of PARTS)
      context.onLoad(
        { filter: new RegExp(file.source.replaceAll('\\/', '[\\\\/]')) },
        ({ path }) => {
          const text = readFileSync(path, 'utf8');
          const contents = instead(text);
          if (contents === text) throw new Error(`${path} is not what lighter-sdk.ts expects.`);
          return { contents, loader };
        },
      );
  },
};
