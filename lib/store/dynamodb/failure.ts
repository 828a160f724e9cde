/**
 * What a failed call to DynamoDB says about the data. Only a failed condition is ever a refusal.
 */
import { DynamoDBServiceException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';

/**
 * - `refused`: a condition did not hold; nothing was written.
 * - `not_applied`: nothing was written; the same call may succeed in a moment.
 * - `unknown`: the call may have been applied, or may still be.
 * - `fatal`: nothing was written, and the same call will never succeed.
 */
export type Failure = 'refused' | 'not_applied' | 'unknown' | 'fatal';

export const CONDITION_FAILED = 'ConditionalCheckFailed';

const PASSED = 'None';
const DEFINITE_REASONS = new Set([PASSED, CONDITION_FAILED]);
const KNOWN_REASONS = new Set([
  ...DEFINITE_REASONS,
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

const TRANSIENT_ERRORS = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionConflictException',
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
    // Beside a conflict a failed condition says nothing yet: it may have met another transaction's
    // write before the other parts of it were visible.
    if (
      reasons.includes(CONDITION_FAILED) &&
      reasons.every((reason) => DEFINITE_REASONS.has(reason))
    )
      return 'refused';
    return reasons.every((reason) => KNOWN_REASONS.has(reason)) ? 'not_applied' : 'fatal';
  }
  if (error instanceof DynamoDBServiceException) {
    if (TRANSIENT_ERRORS.has(error.name)) return 'not_applied';
    if (FATAL_ERRORS.has(error.name)) return 'fatal';
  }
  return 'unknown';
}
