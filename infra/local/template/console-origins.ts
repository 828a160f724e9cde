/** Lets the pages of other origins use a stack than those that it was synthesized for. */
import { parseOrigins } from '../../settings.ts';
import type { LocalStack } from './local-stack.ts';

/** From CONSOLE_ORIGINS, a comma list; throws SettingsError for what is no exact origin. */
export const originsFrom = (text: string | undefined): string[] =>
  text ? parseOrigins(text, 'CONSOLE_ORIGINS') : [];

/** At the gateway, which says it to browsers, as in the functions, which refuse all others. */
export function withConsoleOrigins(stack: LocalStack, origins: string[]): LocalStack {
  const environment = { CONSOLE_ORIGINS: origins.join(',') };
  const functions = stack.functions.map((lambda) => ({
    ...lambda,
    environment: { ...lambda.environment, ...environment },
  }));
  const cors = stack.cors && { cors: { ...stack.cors, allowOrigins: origins } };
  return { ...stack, functions, ...cors };
}
