import { defineConfig } from 'vitest/config';
import { exemptLoopback } from '../infra/surroundings.ts';
import { patience } from './support/patience.ts';

// Tests speak to this machine alone, whatever proxy the environment names.
exemptLoopback();

const LOOPBACK = '127.0.0.1,localhost,::1';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['global-setup.ts'],
    pool: 'forks',
    // The code logs every write of an account; only beside a failure does anybody read that.
    silent: 'passed-only',
    // All traffic of the tests stays on this machine, also where Node sends the rest to a proxy.
    env: { NO_PROXY: LOOPBACK, no_proxy: LOOPBACK },
    // The default leaves one core to Vitest itself, and on two cores runs file after file.
    maxWorkers: '100%',
    // Mutation testing does without these: tests that take seconds and find what others find
    // sooner, and tests that kill the processes of functions, where it has none.
    tags: [{ name: 'heavy', timeout: patience(120_000) }, { name: 'kills' }],
    testTimeout: patience(30_000),
    hookTimeout: patience(60_000),
  },
});
