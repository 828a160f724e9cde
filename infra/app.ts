/** The CDK command line's way in; see cdk.json. */
import { buildApp } from './assembly.ts';
import { SettingsError } from './settings.ts';

try {
  (await buildApp({ checks: true })).synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
