import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

type Locked = { packages: Record<string, { optionalDependencies?: Record<string, string> }> };

test('the lock of the engines has what is optional of other platforms, without which npm ci refuses it', () => {
  const path = join(import.meta.dirname, '../../../../../.ci/engines/package-lock.json');
  const { packages } = JSON.parse(readFileSync(path, 'utf8')) as Locked;
  const optional = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.entries(optionalDependencies),
  );
  expect(optional.length).toBeGreaterThan(5);
  for (const [name, version] of optional)
    expect(packages[`node_modules/${name}`]).toMatchObject({ version, optional: true });
});
