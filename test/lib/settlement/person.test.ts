import { expect, test } from 'vitest';
import { OWNER } from '../../../lib/payout.ts';
import { isSamePerson } from '../../../lib/settlement/person.ts';

const USER = 'arn:aws:iam::111122223333:user/ann';
const session = (role: string, name: string) =>
  `arn:aws:sts::111122223333:assumed-role/${role}/${name}`;

test.each([
  ['the very same', USER, USER],
  ['a user on a path', USER, 'arn:aws:iam::111122223333:user/payments/ann'],
  ['a user and a session of theirs', USER, session('Payers', 'ann')],
  ['sessions of two roles', session('Payers', 'ann'), session('Approvers', 'ann')],
  [
    'names that differ in case',
    session('Payers', 'Ann@Triport.io'),
    session('R', 'ann@triport.io'),
  ],
  ['the owner', OWNER, OWNER],
])('%s: one person', (_what, one, other) => {
  expect(isSamePerson(one, other)).toBe(true);
  expect(isSamePerson(other, one)).toBe(true);
});

test.each([
  ['two users', USER, 'arn:aws:iam::111122223333:user/bob'],
  ['a name that ends like another', USER, 'arn:aws:iam::111122223333:user/joann'],
  ['two sessions of one role', session('Payers', 'ann'), session('Payers', 'bob')],
  ['a role called like a person', session('ann', 'bob'), USER],
  ['an operator and an owner', 'arn:aws:iam::111122223333:user/ann', OWNER],
  ['somebody and nobody', USER, undefined],
  ['names that are one in capitals alone', session('R', 'strasse'), session('R', 'straße')],
])('%s: two', (_what, one, other) => {
  expect(isSamePerson(one, other)).toBe(false);
  expect(isSamePerson(other, one)).toBe(false);
});

test('nobody is nobody', () => expect(isSamePerson(undefined, undefined)).toBe(false));
