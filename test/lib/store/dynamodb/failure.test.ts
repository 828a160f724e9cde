/** What each failure of a call says about the data. */
import {
  DynamoDBServiceException,
  TransactionCanceledException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { classify } from '../../../../lib/store/dynamodb/failure.ts';

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: '',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

const service = (name: string, $fault: 'client' | 'server') =>
  new DynamoDBServiceException({ name, $fault, $metadata: {} });

describe('a cancelled transaction', () => {
  test('that gives no reasons was not applied', () => {
    const silent = new TransactionCanceledException({ message: '', $metadata: {} });
    expect(classify(silent)).toBe('not_applied');
    const noCodes = new TransactionCanceledException({
      message: '',
      $metadata: {},
      CancellationReasons: [{}, { Message: 'none' }],
    });
    expect(classify(noCodes)).toBe('not_applied');
  });

  test.each([
    ['refused', ['ConditionalCheckFailed', 'None']],
    ['refused', ['ConditionalCheckFailed', 'ConditionalCheckFailed']],
    ['conflict', ['TransactionConflict', 'ConditionalCheckFailed']],
    ['not_applied', ['ConditionalCheckFailed', 'None', 'ThrottlingError']],
    ['fatal', ['ConditionalCheckFailed', 'ValidationError']],
    ['conflict', ['TransactionConflict', 'None']],
    ['not_applied', ['None', 'ThrottlingError']],
    ['not_applied', ['ProvisionedThroughputExceeded', 'TransactionConflict']],
    ['fatal', ['ValidationError', 'None']],
    ['fatal', ['ItemCollectionSizeLimitExceeded', 'TransactionConflict']],
    ['fatal', ['AccessDenied', 'None']],
  ])('is %s for %j', (failure, codes) => expect(classify(cancelled(...codes))).toBe(failure));
});

test.each([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
])('not_applied: %s', (name) => expect(classify(service(name, 'client'))).toBe('not_applied'));

test('conflict: TransactionConflictException', () =>
  expect(classify(service('TransactionConflictException', 'client'))).toBe('conflict'));

test.each([
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
])('fatal: %s', (name) => expect(classify(service(name, 'client'))).toBe('fatal'));

test.each([
  ['unknown', service('InternalServerError', 'server')],
  ['unknown', service('UnknownError', 'client')],
  ['unknown', new TransactionInProgressException({ message: '', $metadata: {} })],
  ['unknown', new SyntaxError('Unexpected end of JSON input')],
  ['unknown', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
  ['unknown', Object.assign(new Error('timed out'), { name: 'TimeoutError' })],
  ['unknown', Object.assign(new Error('not of DynamoDB'), { name: 'ValidationException' })],
  ['unknown', 'not even an error'],
] as const)('%s: %s', (failure, error) => expect(classify(error)).toBe(failure));
