/** The same tests on the second engine. */
import { mergeConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
import { MINISTACK } from './ministack.ts';

export default mergeConfig(base, {
  test: {
    env: { DYNAMODB_ENGINE: MINISTACK },
    setupFiles: ['proof/engines/skip-differences.ts'],
  },
});
