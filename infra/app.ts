/** The CDK command line's way in; see cdk.json. */
import { buildApp } from './assembly.ts';
import { SettingsError } from './settings.ts';

try {
  // The command line says where; by hand it is where that would say.
  const { CDK_OUTDIR: outdir = 'cdk.out' } = process.env;
  (await buildApp({ outdir, checks: true })).synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
