/** The stack without its streams, for what writes much and listens to none. */
import type { LocalStack } from '../../infra/local/template/local-stack.ts';

/**
 * A write to a table with a stream takes the embedded engine the longer the more the stream holds,
 * which would make long histories and late rounds look slow. DynamoDB does not, and bills no write
 * for it.
 */
export const withoutStreams = (stack: LocalStack): LocalStack => ({
  ...stack,
  tables: stack.tables.map(({ input: { StreamSpecification: _, ...input }, ...table }) => ({
    ...table,
    input,
  })),
});
