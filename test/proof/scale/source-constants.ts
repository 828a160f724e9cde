/** Numbers of the source that it does not export. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** By its name there; throws where it is not there any more. */
export function constantIn(path: string, name: string): number {
  const source = readFileSync(join(ROOT, path), 'utf8');
  const line = new RegExp(`^(?:export )?const ${name} = ([\\d_]+)n?;$`, 'm');
  const [, digits] = line.exec(source) ?? [];
  if (digits === undefined) throw new Error(`There is no number ${name} in ${path} any more.`);
  return Number(digits.replaceAll('_', ''));
}
