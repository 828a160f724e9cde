import { expect, test } from 'vitest';
import { ApiError } from '../../../lib/errors.ts';
import { pathId, payoutIdInPath } from '../../../lib/http/path-id.ts';
import { httpEvent } from '../../support/sample-events.ts';

const ID = '01a204d3-28e0-7285-b278-86bb311f921e';
const event = (pathParameters?: Record<string, string>) =>
  httpEvent(pathParameters === undefined ? {} : { pathParameters });

test('an id is a UUID of either case; a payout’s is read in lower case', () => {
  const shouted = event({ id: ID.toUpperCase(), user_id: ID.toUpperCase() });
  expect(pathId(shouted, 'user_id', 'invalid_user_id')).toBe(ID.toUpperCase());
  expect(payoutIdInPath(shouted, 'invalid_payout_id')).toBe(ID);
});

test.each([undefined, {}, { id: ID.slice(1) }, { user_id: ID }])(
  '%j has no id, which is told by the tag of the route',
  (parameters) => {
    expect(() => payoutIdInPath(event(parameters), 'invalid_payout_id')).toThrow(
      new ApiError('invalid_payout_id'),
    );
    expect(() => payoutIdInPath(event(parameters), 'payout_not_found')).toThrow(
      new ApiError('payout_not_found'),
    );
  },
);
