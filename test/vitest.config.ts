import { defineConfig } from 'vitest/config';
import { exemptLoopback } from '../infra/surroundings.ts';
import { patience } from './support/patience.ts';

// Tests speak to this machine alone, whatever proxy the environment names.
exemptLoopback();

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['global-setup.ts'],
    pool: 'forks',
    // The default leaves one core to Vitest itself, and on two cores runs file after file.
    maxWorkers: '100%',
    // Tests that take seconds and find what others find sooner; mutation testing does without them.
    tags: [{ name: 'heavy', timeout: patience(120_000) }],
    testTimeout: patience(30_000),
    hookTimeout: patience(60_000),
  },
});
