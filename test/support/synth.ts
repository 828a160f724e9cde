/** Synthesizes the stack into a temporary folder and reads the template back as plain JSON. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../../infra/assembly.ts';
import { checkStage, type Settings, type Stage } from '../../infra/settings.ts';
import { STAGES } from '../../infra/stages.ts';

// biome-ignore lint/suspicious/noExplicitAny: a template is free-form JSON, and the assertions are its types.
type Json = any;

interface Resource {
  Type: string;
  Properties: Json;
  DependsOn?: string | string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

export interface SynthesizedTemplate {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: Json }>;
}

/** A stage as it stands in infra/stages.ts but for what is given, under a name of its own. */
export const stageWith = (
  given: Partial<Stage> = {},
  kind: Stage['kind'] = 'personal',
  name: string = kind,
): Settings => checkStage(name, { ...STAGES[kind], ...given });

const SAFE = '0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6';

/** What a stage sets whose chains are asked, here that of one network. */
export const VERIFIED = {
  tokens: {
    ethereum: {
      token: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
      decimals: 6,
      safe: SAFE,
    },
  },
  verifiers: { secret: 'payouts/providers', senders: { ethereum: [SAFE] } },
} satisfies Partial<Stage>;

export async function synthesize(settings = stageWith()): Promise<SynthesizedTemplate> {
  return withFolder(async (outdir) => {
    (await buildApp({ outdir, settings })).synth();
    return JSON.parse(readFileSync(join(outdir, 'ReferralPayouts.template.json'), 'utf8'));
  });
}

export function ofType(
  template: SynthesizedTemplate,
  type: string,
): [id: string, resource: Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

export async function withFolder<Result>(
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'referral-payouts-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
