/** Bundles every function with esbuild for a short cold start: few bytes, nothing run early. */
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { entryOf, FUNCTION_NAMES, type FunctionName } from './catalogue.ts';
import { lighterSdk } from './lighter-sdk.ts';

/** For every function the folder that becomes its code; the handler is `index.handler`. */
export type Bundles = Readonly<Record<FunctionName, string>>;

const ROOT = join(import.meta.dirname, '../..');

export async function bundleFunctions(outdir: string): Promise<Bundles> {
  await bundle(Object.fromEntries(FUNCTION_NAMES.map((name) => [name, entryOf(name)])), outdir);
  return Object.fromEntries(FUNCTION_NAMES.map((name) => [name, join(outdir, name)])) as Bundles;
}

/**
 * Writes `<outdir>/<name>/index.mjs` for each entry; equal sources always give equal bytes. Tells
 * what each is made of.
 */
export async function bundle(entries: Record<string, string>, outdir: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(
      Object.entries(entries).map(([name, file]) => [`${name}/index`, file]),
    ),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Packages ship ES modules under `module`; only those lose what is not used.
    mainFields: ['module', 'main'],
    minify: true,
    // Else they become calls of RegExp, which stay, and take long, where nobody uses the pattern.
    supported: { 'regexp-unicode-property-escapes': true },
    legalComments: 'none',
    // A cold start would download a map; as builds repeat byte for byte, one can be made later.
    sourcemap: false,
    // The default chain would bring SSO, STS and process clients.
    alias: {
      '@aws-sdk/credential-provider-node': join(ROOT, 'infra/compute/lambda-credentials.ts'),
      '@aws-sdk/middleware-endpoint-discovery': join(
        ROOT,
        'infra/compute/no-endpoint-discovery.ts',
      ),
    },
    // The SDK imports it dynamically for services with event streams, which DynamoDB has not.
    external: ['@smithy/core/event-streams'],
    plugins: [sanctionsBeside, lazyBuiltins, pureSchemas, lighterSdk],
    metafile: true,
    // A name of a namespace that is not there would else be undefined, without a word.
    logOverride: { 'import-is-undefined': 'error' },
    logLevel: 'silent',
  });
  const withSanctions = Object.keys(metafile.outputs).filter((output) =>
    metafile.outputs[output]?.imports.some(({ path }) => path === SANCTIONED_FILE),
  );
  await build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(
      withSanctions.map((output) => [join(basename(dirname(output)), 'sanctioned'), SANCTIONED]),
    ),
    outdir,
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    minify: true,
    logLevel: 'silent',
  });
  return metafile;
}

const SANCTIONED = 'lib/networks/sanctioned.ts';
const SANCTIONED_FILE = './sanctioned.mjs';

/** Keeps the sanctions list in a file of its own, which only stages read that have it switched on. */
const sanctionsBeside: Plugin = {
  name: 'sanctions-beside',
  setup(context) {
    context.onResolve({ filter: /^\.\/sanctioned\.ts$/ }, () => ({
      path: SANCTIONED_FILE,
      external: true,
    }));
  },
};

const BUILTINS = new Set(builtinModules);

/**
 * Fetches Node's own modules by `process.getBuiltinModule`. A static import of, say, `node:http`
 * reads every one of its exports to fill the module namespace, and some of those are getters that
 * load undici and more (nodejs/node#59686). Here only the exports that are imported are read.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(context) {
    context.onResolve({ filter: /^(node:)?[a-z_0-9/]+$/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      if (!path.startsWith('node:') && !BUILTINS.has(name)) return undefined;
      return { path: name, namespace: kind === 'import-statement' ? 'builtin' : 'whole builtin' };
    });
    context.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: [
        `const $ = () => process.getBuiltinModule('node:${path}');`,
        'export default /* @__PURE__ */ $();',
        ...(IMPORTED[path] ?? []).map(
          (name) =>
            `const $${name} = /* @__PURE__ */ (() => $().${name})(); export { $${name} as ${name} };`,
        ),
      ].join('\n'),
    }));
    context.onLoad({ filter: /.*/, namespace: 'whole builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};

/**
 * What is imported of each by name; a build fails that finds another. Not asked of the Node that
 * builds: even an unused name shifts those that minifying makes, and what there is depends on its
 * version and on who else runs in its process, which may, say, have put an `emit` on `process`.
 */
const IMPORTED: Readonly<Record<string, readonly string[]>> = {
  crypto: [
    'createHash',
    'createHmac',
    'getRandomValues',
    'hash',
    'randomBytes',
    'randomFillSync',
    'randomUUID',
    'webcrypto',
  ],
  events: ['setMaxListeners'],
  fs: ['createReadStream'],
  'fs/promises': ['mkdir', 'readFile', 'writeFile'],
  http: ['Agent', 'STATUS_CODES'],
  https: ['Agent'],
  os: ['homedir', 'platform', 'release'],
  path: ['dirname', 'join', 'sep'],
  process: ['env', 'versions'],
  stream: ['PassThrough', 'Readable', 'Writable'],
  timers: ['setTimeout'],
  'timers/promises': ['setTimeout'],
  util: ['isDeepStrictEqual'],
  zlib: ['crc32'],
};

/**
 * Valibot's builders only make objects. Told so, esbuild leaves out of a bundle every schema of
 * ours that its function does not use. What parses may throw, and stays. A schema that spreads the
 * entries of another still counts as doing something, but only in a module of which anything is
 * used: no module of `lib` does more, when it is loaded, than make what it exports.
 */
const pureSchemas: Plugin = {
  name: 'pure-schemas',
  setup(context) {
    context.onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path);
      return IN_LIB.test(file) ? { path: file, sideEffects: false } : undefined;
    });
    context.onLoad({ filter: IN_LIB }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /\bv\.(?!parse|safeParse|assert|is\()[a-z]\w*\(/g,
        '/* @__PURE__ */ $&',
      ),
      loader: 'ts',
    }));
  },
};

const IN_LIB = /[\\/]lib[\\/].*\.ts$/;
