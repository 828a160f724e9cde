/**
 * `npm run sdk:build [-- FOLDER]`: the package's code, one module for browsers and Node, and its
 * types.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const HERE = import.meta.dirname;
const [folder = join(HERE, 'dist')] = process.argv.slice(2);
const outdir = resolve(folder);

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: [join(HERE, 'src/index.ts')],
  outfile: join(outdir, 'index.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  logLevel: 'warning',
});

const tsc = join(HERE, '../../node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', HERE, '--outDir', outdir], { stdio: 'inherit' });
// The compiler leaves the sources' own extensions in the declarations, where not every reader of
// types knows them.
for (const name of readdirSync(outdir).filter((name) => name.endsWith('.d.ts'))) {
  const file = join(outdir, name);
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"));
}
