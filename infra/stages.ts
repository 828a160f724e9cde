/**
 * The stages, and all that is set for each: `npx cdk deploy -c stage=NAME` needs nothing else, so
 * that a deployment cannot forget an option. Whoever wants a stack of their own adds an entry.
 */
import { checkStage, type Settings, SettingsError, type Stage } from './settings.ts';

export const STAGES = {
  /** Anybody's trial: it goes without a trace, and only clients that set the cookie reach it. */
  personal: {
    kind: 'personal',
    consoleOrigins: ['https://console.triport.io'],
    minPayoutMicro: 10_000_000n,
  },

  /**
   * An example until the team's own account, region, certificate and zone stand here; a new stack
   * begins with `firstDeployment: true` (infra/README.md).
   */
  production: {
    kind: 'production',
    account: '111122223333',
    region: 'eu-central-1',
    consoleOrigins: ['https://console.triport.io'],
    minPayoutMicro: 10_000_000n,
    alarmEmail: 'oncall@triport.io',
    domain: {
      name: 'api.triport.io',
      certificateArn:
        'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000000',
      zone: { id: 'Z00000000000000000000', name: 'triport.io' },
    },
  },
} as const satisfies Record<string, Stage>;

/** The stage of this name, checked; throws SettingsError for one that nobody has set. */
export function stageNamed(name: unknown): Settings {
  if (typeof name === 'string' && Object.hasOwn(STAGES, name))
    return checkStage(name, STAGES[name as keyof typeof STAGES]);
  throw new SettingsError(
    `There is no stage ${JSON.stringify(name)}: infra/stages.ts has ${Object.keys(STAGES).join(', ')}.`,
  );
}
