/** Synthesizes the stack into a temporary folder and reads the template back as plain JSON. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../../infra/assembly.ts';

// biome-ignore lint/suspicious/noExplicitAny: a template is free-form JSON, and the assertions are its types.
type Json = any;

interface Resource {
  Type: string;
  Properties: Json;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

export interface SynthesizedTemplate {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: Json }>;
}

export async function synthesize(
  context: Record<string, unknown> = {},
): Promise<SynthesizedTemplate> {
  return withFolder(async (outdir) => {
    (await buildApp({ outdir, context })).synth();
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
