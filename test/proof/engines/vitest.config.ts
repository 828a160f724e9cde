/** The same tests on the second engine. */
import { configDefaults, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
import { MINISTACK } from './ministack.ts';

export default mergeConfig(base, {
  test: {
    env: { DYNAMODB_ENGINE: MINISTACK },
    // This one starts ministack by itself, in another mode.
    exclude: [...configDefaults.exclude, 'functions/roles-by-others.test.ts'],
    setupFiles: ['proof/engines/skip-differences.ts'],
  },
});
