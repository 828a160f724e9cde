/** Bundles every function with esbuild for a short cold start: few bytes, nothing run early. */
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { entryOf, FUNCTION_NAMES, type FunctionName } from './catalogue.ts';

/** For every function the folder that becomes its code; the handler is `index.handler`. */
export type Bundles = Readonly<Record<FunctionName, string>>;

const ROOT = join(import.meta.dirname, '../..');

export async function bundleFunctions(outdir: string): Promise<Bundles> {
  await bundle(Object.fromEntries(FUNCTION_NAMES.map((name) => [name, entryOf(name)])), outdir);
  return Object.fromEntries(FUNCTION_NAMES.map((name) => [name, join(outdir, name)])) as Bundles;
}

/** Writes `<outdir>/<name>/index.mjs` for each entry; equal sources always give equal bytes. */
export async function bundle(entries: Record<string, string>, outdir: string): Promise<void> {
  await build({
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
    legalComments: 'none',
    // A cold start would download a map; as builds repeat byte for byte, one can be made later.
    sourcemap: false,
    // The default chain would bring SSO, STS and process clients.
    alias: {
      '@aws-sdk/credential-provider-node': join(ROOT, 'infra/compute/lambda-credentials.ts'),
    },
    // The SDK imports it dynamically for services with event streams, which DynamoDB has not.
    external: ['@smithy/core/event-streams'],
    plugins: [lazyBuiltins, pureSchemas],
    logLevel: 'silent',
  });
}

const BUILTINS = new Set(builtinModules);

/**
 * Fetches Node's own modules by `process.getBuiltinModule`. A static import of, say, `node:http`
 * reads every one of its exports to fill the module namespace, and some of those are getters that
 * load undici and more (nodejs/node#59686).
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(context) {
    context.onResolve({ filter: /^(node:)?[a-z_0-9/]+$/ }, ({ path }) => {
      const name = path.replace(/^node:/, '');
      return path.startsWith('node:') || BUILTINS.has(name)
        ? { path: name, namespace: 'builtin' }
        : undefined;
    });
    context.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
      loader: 'js',
    }));
  },
};

/**
 * Valibot's builders only make objects. Told so, esbuild leaves out of a bundle every schema of
 * ours that its function does not use. What parses may throw, and stays.
 */
const pureSchemas: Plugin = {
  name: 'pure-schemas',
  setup(context) {
    context.onLoad({ filter: /[\\/]lib[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /\bv\.(?!parse|safeParse|assert|is\()[a-z]\w*\(/g,
        '/* @__PURE__ */ $&',
      ),
      loader: 'ts',
    }));
  },
};
