import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as sdk from '@aws-sdk/client-dynamodb';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from '../../../infra/compute/bundle.ts';
import { entryOf } from '../../../infra/compute/catalogue.ts';
import { withFolder } from '../../support/synth.ts';
import type { Task } from './sdk-probe.ts';

const PROBE = join(import.meta.dirname, 'sdk-probe.ts');
const ROOT = join(import.meta.dirname, '../../..');

/** Everything that the process sends, in the order of its sending, with headers as they came. */
type Sent = { request: string; headers: string[]; body: string };
type Run = { sent: Sent[]; told: Record<string, string[]> };

const NOW = new Date('2026-05-05T07:00:00Z');
const LATER = new Date('2026-05-05T09:00:00Z');

let sent: Sent[] = [];
const asked = new Map<string, number>();
const server = createServer(async (request, response) => {
  const body = await text(request);
  sent.push({ ...headOf(request), body });
  const { status, answer, headers } = answerTo(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': 'a request',
    // By another the client would correct its clock, and sign with the time of the test.
    date: NOW.toUTCString(),
    ...headers,
  });
  response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
});

const headOf = ({ method, url, rawHeaders }: IncomingMessage) => ({
  request: `${method} ${url}`,
  headers: rawHeaders,
});

const ITEM = {
  s: { S: 'text' },
  n: { N: '9223372036854775807' },
  half: { N: '0.5' },
  b: { B: 'AP8=' },
  yes: { BOOL: true },
  none: { NULL: true },
  l: { L: [{ N: '1' }, { M: { deep: { S: 'x' } } }] },
  ss: { SS: ['x', 'y'] },
  ns: { NS: ['1', '2'] },
  bs: { BS: ['AP8='] },
};

type Answer = { status: number; answer: unknown; headers?: Record<string, string> };

const failing = (status: number, name: string, more: object = {}): Answer => ({
  status,
  answer: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'so it says', ...more },
});

/** Every kind of answer, chosen by the name of the table that is asked for. */
function answerTo(body: string): Answer {
  const { TableName: table = 'items' } = JSON.parse(body);
  const times = (asked.get(table) ?? 0) + 1;
  asked.set(table, times);
  const [, error] = /^error (.*)$/.exec(table) ?? [];
  if (error === 'html') return { status: 503, answer: '<html>no</html>' };
  if (error === 'garbled') return { status: 200, answer: '{"Item":' };
  if (error === 'TransactionCanceledException')
    return failing(400, error, {
      CancellationReasons: [
        { Code: 'ConditionalCheckFailed', Message: 'no', Item: ITEM },
        { Code: 'None' },
      ],
    });
  if (error) return failing(/Internal/.test(error) ? 500 : 400, error);
  if (table === 'fails twice' && times <= 2) return failing(500, 'InternalServerError');
  if (table === 'is throttled') return failing(400, 'ThrottlingException');
  if (table === 'is of another time' && times === 1)
    return {
      ...failing(400, 'InvalidSignatureException'),
      headers: { date: LATER.toUTCString() },
    };
  return {
    status: 200,
    answer: { Item: ITEM, Items: [ITEM], Responses: [{ Item: ITEM }], Count: 1, ScannedCount: 1 },
  };
}

let port: number;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

/** The clock stands still, and what is random is the same in every process. */
const STILL = `
  import crypto from 'node:crypto';
  const at = ${NOW.getTime()};
  globalThis.Date = class extends Date {
    constructor(...given) { given.length ? super(...given) : super(at); }
    static now() { return at; }
  };
  Math.random = () => 0;
  let made = 0;
  const uuid = () => '00000000-0000-4000-8000-' + String(++made).padStart(12, '0');
  crypto.randomUUID = uuid;
  globalThis.crypto.randomUUID = uuid;`;

const run = promisify(execFile);

/** Calls a function of the probe, bundled or not, in a process with these variables alone. */
async function told(file: string, call: string, env: Record<string, string>) {
  const script = `${STILL}
    const probe = await import(${JSON.stringify(pathToFileURL(file).href)});
    console.log(JSON.stringify(await probe.${call}));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'a secret',
      ...env,
    },
  });
  return JSON.parse(stdout);
}

async function runOf(file: string, task: Task, env: Record<string, string>): Promise<Run> {
  sent = [];
  asked.clear();
  return { told: await told(file, `probe(${JSON.stringify(task)})`, env), sent };
}

const bundledProbe = async <Result>(use: (file: string, folder: string) => Promise<Result>) =>
  withFolder(async (folder) => {
    await bundle({ probe: PROBE }, folder);
    return use(join(folder, 'probe/index.mjs'), folder);
  });

/** The same with the SDK's own files, all of them: its CommonJS names another version in requests. */
async function probeWithWholeSdk(folder: string): Promise<string> {
  const outfile = join(folder, 'whole.mjs');
  const mainFields = ['module', 'main'];
  const platform = 'node';
  await build({ entryPoints: [PROBE], outfile, bundle: true, format: 'esm', platform, mainFields });
  return outfile;
}

/** The names of all errors that the SDK has a class for, and some that it has not. */
const ERRORS = [
  ...Object.values(sdk).flatMap((each) =>
    typeof each === 'function' && each.prototype instanceof sdk.DynamoDBServiceException
      ? [each.name]
      : [],
  ),
  'ValidationException',
  'AccessDeniedException',
  'ExpiredTokenException',
  'SomethingNewException',
  'html',
  'garbled',
];

/** As the SDK lists them, and two that it does not know yet. */
const REGIONS = [
  ...readFileSync(
    join(
      ROOT,
      'node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js',
    ),
    'utf8',
  ).matchAll(/"([a-z]+(?:-[a-z]+)+-\d+)": \{/g),
]
  .map(([, region]) => region as string)
  .concat('eu-central-9', 'cn-south-7');

/** What Lambda sets, and what a person may set for a function. */
const SURROUNDINGS: Record<string, Record<string, string>> = {
  'the endpoint of this service': {},
  'the endpoint of every service, a session and a trace': {
    AWS_ENDPOINT_URL: 'here',
    AWS_SESSION_TOKEN: 'a/session+token==',
    AWS_LAMBDA_FUNCTION_NAME: 'RequestPayout',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    AWS_SDK_UA_APP_ID: 'payouts',
  },
  'another mode of everything': {
    AWS_DEFAULTS_MODE: 'in-region',
    AWS_RETRY_MODE: 'standard',
    AWS_MAX_ATTEMPTS: '2',
    AWS_ACCOUNT_ID_ENDPOINT_MODE: 'disabled',
    AWS_ENABLE_ENDPOINT_DISCOVERY: 'false',
  },
};

for (const [name, given] of Object.entries(SURROUNDINGS))
  test(`a bundle sends and understands, byte for byte, what the SDK does, with ${name}`, async () => {
    const here = `http://127.0.0.1:${port}`;
    const env = given.AWS_ENDPOINT_URL
      ? { ...given, AWS_ENDPOINT_URL: here }
      : { ...given, AWS_ENDPOINT_URL_DYNAMODB: here };
    const task = { errors: ERRORS, regions: REGIONS };
    await bundledProbe(async (file, folder) => {
      const asItIs = await runOf(await probeWithWholeSdk(folder), task, env);
      expect(asItIs.told.failures).toHaveLength(ERRORS.length);
      expect(asItIs.told.endpoints).toHaveLength(7 * REGIONS.length);
      expect(asItIs.sent.length).toBeGreaterThan(ERRORS.length + 6);
      const bundled = await runOf(file, task, env);
      expect(bundled.told).toEqual(asItIs.told);
      expect(bundled.sent).toEqual(asItIs.sent);
    });
  });

test('a client with a wrong clock signs its second attempt with the time of the server', async () => {
  const task = { errors: [], regions: [] };
  const env = { AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}` };
  const { sent } = await bundledProbe((file) => runOf(file, task, env));
  const dates = sent
    .filter(({ body }) => body.includes('is of another time'))
    .map(({ headers }) => headers[headers.indexOf('x-amz-date') + 1]);
  expect(dates.slice(0, 2)).toEqual(['20260505T070000Z', '20260505T090000Z']);
});

test('a function that is set to adaptive retries has those of every other', async () => {
  const task = { errors: [], regions: [] };
  const here = { AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}` };
  await bundledProbe(async (file) => {
    const standard = await runOf(file, task, here);
    const adaptive = await runOf(file, task, { ...here, AWS_RETRY_MODE: 'adaptive' });
    expect(standard.sent.filter(({ body }) => body.includes('fails twice'))).toHaveLength(4);
    expect(adaptive).toEqual(standard);
  });
});

test('a bundle refuses endpoints of FIPS and of dual stack, and reads no files of a home', async () => {
  await bundledProbe(async (file, folder) => {
    mkdirSync(join(folder, '.aws'));
    writeFileSync(
      join(folder, '.aws/config'),
      '[default]\nregion = us-east-2\nuse_fips_endpoint = true\nendpoint_url = http://127.0.0.1:1\n',
    );
    const here = { HOME: folder, AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}` };
    expect(await told(file, 'request()', here)).toContain("s: 'text'");
    for (const setting of ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'])
      expect(await told(file, 'request()', { ...here, [setting]: 'true' })).toContain(
        'The bundle has no endpoints of FIPS or of dual stack.',
      );
  });
});

test('of each file that the SDK has and no function needs, nothing is left but what replaces it', async () => {
  const { outputs } = await withFolder((folder) =>
    bundle({ RequestPayout: entryOf('RequestPayout') }, folder),
  );
  const inputs = Object.keys(Object.values(outputs)[0]?.inputs ?? {});
  expect(inputs).toContain('infra/compute/dynamodb-endpoint.ts');
  const gone =
    /parseIni|getHomeDir|readFile\.js|\/bdd\.js|DefaultRateLimiter|decideEndpoint|mnemonist/;
  expect(inputs.filter((path) => gone.test(path))).toEqual([]);
});

test('a file of the SDK that is no longer what it was fails the build', async () => {
  await withFolder(async (folder) => {
    const models = join(folder, 'node_modules/@aws-sdk/client-dynamodb/dist-es/schemas');
    mkdirSync(models, { recursive: true });
    writeFileSync(join(models, 'schemas_0.js'), 'export const errors = [];');
    const entry = join(folder, 'entry.ts');
    writeFileSync(entry, `export * from ${JSON.stringify(join(models, 'schemas_0.js'))};`);
    await expect(bundle({ entry }, folder)).rejects.toThrow('is not what lighter-sdk.ts expects');
  });
});
