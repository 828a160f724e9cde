/** What the roles may write: asserted from the template. At work they are in test/functions. */
import { describe, expect, inject, test } from 'vitest';
import { FUNCTION_NAMES, type FunctionName } from '../../../infra/compute/catalogue.ts';
import { keysOf } from '../../../infra/tables.ts';
import { TABLE_NAMES } from '../../../lib/config.ts';
import { accessesOf } from '../../support/roles/accesses.ts';
import { isAllowed, rolesOf, singly, templateIn } from '../../support/roles/policy.ts';
import { ofType } from '../../support/synth.ts';

const template = templateIn(inject('assembly'));
const roles = rolesOf(template);

/** `Payouts.address`, for every attribute that a write of the function may name. */
const writable = (name: FunctionName): string[] =>
  singly(roles[name])
    .filter(({ actions }) => !String(actions).includes('ConditionCheckItem'))
    .flatMap(({ resources: [resource = ''], conditions }) =>
      [conditions['ForAllValues:StringEquals']?.['dynamodb:Attributes'] ?? []]
        .flat()
        .map((attribute) => resource.replace('Table.Arn', `.${attribute}`)),
    );
const whoMayWrite = (attribute: string): FunctionName[] =>
  FUNCTION_NAMES.filter((name) => writable(name).includes(attribute));

test('every write is granted inside a transaction only, and for named attributes, keys among them', () => {
  const writes = FUNCTION_NAMES.flatMap((name) => singly(roles[name])).filter(({ actions }) =>
    /^dynamodb:(?!GetItem|BatchGetItem|Query|Scan|Describe|Get|List)/.test(String(actions)),
  );
  expect(writes.length).toBeGreaterThan(20);
  for (const { actions, resources, conditions } of writes) {
    expect(['dynamodb:ConditionCheckItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem']).toContain(
      String(actions),
    );
    const table = TABLE_NAMES.find((name) => String(resources) === `${name}Table.Arn`);
    const { 'ForAllValues:StringEquals': named, ...others } = conditions;
    expect(others).toEqual({
      'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
      Null: { 'dynamodb:Attributes': 'false' },
    });
    expect(Object.keys(named ?? {})).toEqual(['dynamodb:Attributes']);
    expect(named?.['dynamodb:Attributes']).toEqual(
      expect.arrayContaining(table === undefined ? ['no table'] : keysOf(table)),
    );
  }
});

describe('who may write', () => {
  test.each<[attribute: string, by: FunctionName[]]>([
    ['Accounts.lifetime_micro', ['ProcessBillingEvents']],
    ['Accounts.paid_out_micro', ['MarkPayoutSent', 'ProcessBillingEvents', 'SettleByChain']],
    ['Accounts.spent_micro', ['SpendOnInvoice', 'ProcessBillingEvents']],
    [
      'Accounts.frozen',
      ['RequestPayout', 'SpendOnInvoice', 'MarkPayoutSent', 'FreezeUser', 'ThawUser'],
    ],
    ['Accounts.freeze_mark', ['FreezeUser', 'ThawUser']],
    ['Rewards.amount_micro', ['ProcessBillingEvents']],
    ['Rewards.unlocks_at', ['ProcessBillingEvents']],
    ['Rewards.granted_at', ['ProcessBillingEvents']],
    ['Payouts.address', ['RequestPayout']],
    ['Payouts.network', ['RequestPayout']],
    ['Payouts.amount_micro', ['RequestPayout']],
    ['Payouts.requested_at', ['RequestPayout']],
    ['Payouts.shard', ['RequestPayout']],
    ['Payouts.tx_hash', ['MarkPayoutSent', 'SettleByChain']],
    ['Payouts.evidence', ['MarkPayoutSent', 'SettleByChain', 'ReconcileOutflow']],
    ['Evidence.payout_id', ['MarkPayoutSent', 'SettleByChain', 'ReconcileOutflow']],
    ['Payouts.note', ['MarkPayoutFailed', 'CancelPayoutAsOperator']],
    ['Payouts.attempts', ['RecordAttempt', 'ReviewPayout', 'MarkPayoutSent', 'SettleByChain']],
    ['Payouts.approval', ['ApprovePayout']],
    ['Payouts.review', ['ReviewPayout', 'SettleByChain']],
    ['Payouts.reason', ['MarkPayoutFailed', 'CancelPayoutAsOperator']],
    ['Payouts.internal_note', ['MarkPayoutFailed', 'CancelPayoutAsOperator']],
    ['Invoices.total_micro', ['SpendOnInvoice', 'ProcessBillingEvents']],
    ['IdempotencyKeys.answer', ['RequestPayout', 'SpendOnInvoice']],
  ])('%s', (attribute, by) => expect(whoMayWrite(attribute)).toEqual(by));

  test('a session: nobody', () =>
    expect(FUNCTION_NAMES.flatMap(writable).filter((name) => /Sessions/.test(name))).toEqual([]));
});

/** A transaction of this one part, as the role of the function is asked about it. */
const mayTransact = (name: FunctionName, part: Record<string, object>) =>
  accessesOf('TransactWriteItems', { TransactItems: [part] }).every((access) =>
    isAllowed(roles[name], access),
  );
const set = (TableName: string, Key: object, expression: string, ConditionExpression?: string) => ({
  Update: {
    ...{ TableName, Key, UpdateExpression: expression },
    ...(ConditionExpression && { ConditionExpression }),
    ExpressionAttributeNames: { '#status': 'status' },
  },
});

describe('no role can', () => {
  const reward = { user_id: 'u', reward_id: 'r' };
  const payout = { user_id: 'u', id: 'p' };
  const account = { user_id: 'u' };
  const operators = FUNCTION_NAMES.filter((name) =>
    /^(Claim|Approve|Record|Review|Release|Mark|Cancel\w+AsOperator)/.test(name),
  );

  test.each<[what: string, part: Record<string, object>, but: FunctionName[]]>([
    [
      'put a reward',
      { Put: { TableName: 'RewardsTable', Item: { ...reward, amount_micro: 1 } } },
      ['ProcessBillingEvents'],
    ],
    ['give a reward an amount', set('RewardsTable', reward, 'SET amount_micro = :a'), []],
    ['unlock it sooner by its time', set('RewardsTable', reward, 'SET unlocks_at = :a'), []],
    [
      'raise what was earned',
      set('AccountsTable', account, 'ADD available_micro :a, lifetime_micro :a'),
      ['ProcessBillingEvents'],
    ],
    ['put an account', { Put: { TableName: 'AccountsTable', Item: account } }, []],
    ['change the address of a payout', set('PayoutsTable', payout, 'SET address = :a'), []],
    ['change its amount', set('PayoutsTable', payout, 'SET amount_micro = :a'), []],
    [
      'change it beside a step',
      set('PayoutsTable', payout, 'SET #status = :s, history = :h, address = :a'),
      [],
    ],
    [
      'change it where a condition names it',
      set('PayoutsTable', payout, 'SET #status = :s, history = :h', 'amount_micro = :a'),
      [],
    ],
    ['delete a payout', { Delete: { TableName: 'PayoutsTable', Key: payout } }, []],
    ['check one', { ConditionCheck: { TableName: 'PayoutsTable', Key: payout } }, []],
  ])('%s', (_what, part, but) =>
    expect(FUNCTION_NAMES.filter((name) => mayTransact(name, part))).toEqual(but),
  );

  test('take a step outside a transaction', () => {
    const { Update: step } = set('PayoutsTable', payout, 'SET marks = :m', '#status = :s');
    const alone = accessesOf('UpdateItem', step);
    expect(operators).toHaveLength(8);
    for (const name of operators) {
      expect([name, mayTransact(name, { Update: step })]).toEqual([name, true]);
      expect([name, alone.every((access) => isAllowed(roles[name], access))]).toEqual([
        name,
        false,
      ]);
    }
  });

  test('write by a request of which IAM is not told what attributes it names', () => {
    const [access] = accessesOf('TransactWriteItems', {
      TransactItems: [set('AccountsTable', account, 'ADD available_micro :a')],
    });
    if (!access) throw new Error('the transaction has one part');
    expect(isAllowed(roles.RequestPayout, access)).toBe(true);
    const { 'dynamodb:Attributes': _, ...context } = access.context;
    expect(isAllowed(roles.RequestPayout, { ...access, context })).toBe(false);
  });
});

test('the attributes of a request are those of its key, its item and its expressions', () => {
  const [access] = accessesOf('TransactWriteItems', {
    TransactItems: [
      {
        Update: {
          TableName: 'T',
          Key: { k: {} },
          UpdateExpression:
            'SET #a = list_append(#a, :x), b.c[0].d = if_not_exists(e, :f) REMOVE g ADD h :i',
          ConditionExpression: '(attribute_exists(j) OR #n <= :b) AND size(l) IN (:c)',
          ExpressionAttributeNames: { '#a': 'and', '#n': 'status' },
        },
      },
    ],
  });
  expect(access).toEqual({
    action: 'dynamodb:UpdateItem',
    resource: 'T.Arn',
    context: {
      'dynamodb:Attributes': ['k', 'and', 'b', 'e', 'g', 'h', 'j', 'status', 'l'],
      'dynamodb:EnclosingOperation': ['TransactWriteItems'],
    },
  });
});

/** IAM's quota for all inline policies of a role together, without white space. */
const POLICY_CHARACTERS_MAX = 10_240;
/** More than any resource here has, names that CloudFormation makes of the stack's included. */
const ARN = 'a'.repeat(250);

test('every policy is far below what IAM takes, with its ARNs as they will be', () => {
  const sizes = ofType(template, 'AWS::IAM::Policy').map(([, { Properties }]) => {
    const arnsFilledIn = (_key: string, value: unknown) =>
      Object.keys(Object(value)).some((key) => key.startsWith('Fn::')) ? ARN : value;
    return JSON.stringify(Properties.PolicyDocument, arnsFilledIn).length;
  });
  expect(Math.max(...sizes)).toBeGreaterThan(2000);
  expect(Math.max(...sizes)).toBeLessThan(POLICY_CHARACTERS_MAX / 2);
});
