/** Makes the CDK app: the same for `cdk deploy`, for the tests and for running on this machine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { bundleFunctions } from './compute/bundle.ts';
import { FirewallStack } from './firewall.ts';
import { type Settings, SettingsError } from './settings.ts';
import { ReferralPayoutsStack } from './stack.ts';
import { stageNamed } from './stages.ts';

const CDK_JSON = join(import.meta.dirname, '../cdk.json');

export interface AppOptions {
  /** Where `synth()` writes. An app without one would leave a temporary folder behind. */
  outdir: string;
  /** By default those of the stage that `-c stage=NAME` names, or else of `personal`. */
  settings?: Settings;
  /**
   * Applies the CDK's own template validation and cdk-nag's AwsSolutions pack. They matter to what
   * is going to be deployed; elsewhere they would take two thirds of the time.
   */
  checks?: boolean;
}

export async function buildApp({ outdir, settings, checks = false }: AppOptions): Promise<App> {
  const app = new App({
    outdir,
    ...(!checks && { builtinCloudFormationValidation: false }),
    // The command line passes these itself; elsewhere the template must not come out any different.
    context: {
      ...JSON.parse(readFileSync(CDK_JSON, 'utf8')).context,
      'aws:cdk:enable-asset-metadata': true,
      'aws:cdk:enable-path-metadata': true,
    },
  });
  const chosen = settings ?? stageNamed(onlyOption(app) ?? 'personal');
  // Beside the assembly, so that two builds at once never meet.
  const bundles = await bundleFunctions(join(app.outdir, 'bundles'));
  new ReferralPayoutsStack(app, chosen, bundles);
  const { firewall, domain } = chosen;
  if (firewall && domain) new FirewallStack(app, { ...chosen, firewall, domain });
  if (checks) {
    const { AwsSolutionsChecks } = await import('cdk-nag');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  }
  return app;
}

/**
 * `-c stage=NAME`. Any other option would be forgotten in the next deployment and so undone; names
 * with one of `@:/` are the CDK's own.
 */
function onlyOption({ node }: App): unknown {
  const { stage, ...context } = node.getAllContext();
  const other = Object.keys(context).find((name) => !/[@:/]/.test(name));
  if (other === undefined) return stage;
  throw new SettingsError(
    `There is no option "${other}": -c takes stage alone, and what a stage is set to stands in infra/stages.ts.`,
  );
}
