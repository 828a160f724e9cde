/** The same tests on the second engine. */
import { configDefaults, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
import { MINISTACK } from './ministack.ts';

export default mergeConfig(base, {
  test: {
    env: { DYNAMODB_ENGINE: MINISTACK },
    exclude: [
      ...configDefaults.exclude,
      // This one starts ministack by itself, in another mode.
      'functions/roles-by-others.test.ts',
      // A minute there for hundreds of accounts; functions/reconcile.test.ts judges fewer.
      'lib/store/reconcile/reconcile-accounts.test.ts',
    ],
    setupFiles: ['proof/engines/skip-differences.ts'],
  },
});
