/**
 * What a failed call to DynamoDB says about the data. Only a failed condition is ever a refusal.
 */
import { DynamoDBServiceException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';

/**
 * - `refused`: a condition did not hold; nothing was written.
 * - `conflict`: nothing was written, since another transaction was at one of the items; the same
 *   call succeeds as soon as it comes between two others.
 * - `not_applied`: nothing was written; the same call may succeed when DynamoDB is less busy.
 * - `unknown`: the call may have been applied, or may still be.
 * - `fatal`: nothing was written, and the same call will never succeed.
 */
export type Failure = 'refused' | 'conflict' | 'not_applied' | 'unknown' | 'fatal';

export const CONDITION_FAILED = 'ConditionalCheckFailed';

const CONFLICT = 'TransactionConflict';
const PASSED = 'None';
const DEFINITE_REASONS = new Set([PASSED, CONDITION_FAILED]);
const REASONS_BESIDE_CONFLICTS = new Set([...DEFINITE_REASONS, CONFLICT]);
const KNOWN_REASONS = new Set([
  ...REASONS_BESIDE_CONFLICTS,
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** The same of a call that is no transaction itself. */
const CONFLICT_ERROR = 'TransactionConflictException';

const TRANSIENT_ERRORS = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

const FATAL_ERRORS = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'IdempotentParameterMismatchException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'ResourceNotFoundException',
  'SerializationException',
  'UnrecognizedClientException',
  'ValidationException',
]);

export function classify(error: unknown): Failure {
  if (error instanceof TransactionCanceledException) {
    const reasons = error.CancellationReasons?.map((reason) => reason.Code ?? PASSED) ?? [];
    const allIn = (some: Set<string>) => reasons.every((reason) => some.has(reason));
    if (reasons.includes(CONDITION_FAILED) && allIn(DEFINITE_REASONS)) return 'refused';
    // Beside a conflict a failed condition says nothing yet: it may have met another transaction's
    // write before the other parts of it were visible.
    if (reasons.includes(CONFLICT) && allIn(REASONS_BESIDE_CONFLICTS)) return 'conflict';
    return allIn(KNOWN_REASONS) ? 'not_applied' : 'fatal';
  }
  if (error instanceof DynamoDBServiceException) {
    if (error.name === CONFLICT_ERROR) return 'conflict';
    if (TRANSIENT_ERRORS.has(error.name)) return 'not_applied';
    if (FATAL_ERRORS.has(error.name)) return 'fatal';
  }
  return 'unknown';
}
