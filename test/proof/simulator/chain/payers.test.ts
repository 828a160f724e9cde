/** What payers do next, by what the service and the chain tell at the moment and nothing else. */
import { describe, expect, test } from 'vitest';
import { Random } from '../history/random.ts';
import type { PayersOperation } from '../history/steps.ts';
import type { Attempt } from '../model/model.ts';
import { arn } from '../model/observation.ts';
import { Chain } from './chain.ts';
import { inspect } from './inspectors.ts';
import { newAttempt, pay, payMany } from './payers.ts';
import type { Ask, PayersRequest } from './shown.ts';
import { paymentsIn, transactionOf } from './transactions.ts';

const ADDRESS = '0xde709f2102306220921060314715629080e2fb77';
const payout = { user: 1, operation: 7 };
const paying = (steps: number, more: object = {}) =>
  ({
    ...{ kind: 'pay', operator: 'ann', payout, steps, through: 'evm', ahead: 0 },
    ...{ replaces: false, early: false, tells: true, ...more },
  }) as Extract<PayersOperation, { kind: 'pay' }>;

type Shown = {
  status: string;
  by: string;
  attempts: Attempt[];
  network?: string;
  review?: object;
};

/** A service of one payout that does as it is told, but for what is refused; with all it was asked. */
function serving(shown: Shown, refuses: PayersRequest['kind'][] = []) {
  const asked: PayersRequest[] = [];
  const ask = async (request: PayersRequest) => {
    asked.push(request);
    const { network = 'polygon', status, attempts, review } = shown;
    const paid = { address: ADDRESS, amount_micro: 10_000_000n };
    const json = {
      id: 'a',
      ...paid,
      network,
      status,
      history: [{ by: shown.by }],
      attempts,
      review,
    };
    const isRefused = refuses.includes(request.kind);
    if (!isRefused) become(shown, request);
    return { status: isRefused ? 409 : 200, text: '', json, replayed: false };
  };
  return { asked, ask, kinds: () => asked.map(({ kind }) => kind) };
}

function become(shown: Shown, request: PayersRequest): void {
  if (request.kind === 'claim')
    Object.assign(shown, { status: 'processing', by: arn(request.operator) });
  if (request.kind === 'sent') shown.status = 'sent';
  if (request.kind === 'attempt') shown.attempts = [...shown.attempts, stored(request.told)];
}
const stored = ({
  nonce,
  last_valid_block_height: height,
  ...told
}: ReturnType<typeof newAttempt>) =>
  ({
    ...{ ...told, state: 'open', by: arn('ann'), recorded_at: '' },
    ...(nonce !== undefined && { nonce: BigInt(nonce) }),
    ...(height !== undefined && { last_valid_block_height: BigInt(height) }),
  }) as Attempt;

const waiting = (): Shown => ({ status: 'requested', by: 'user', attempts: [] });
const toldOn = (chain: Chain, seed: string) =>
  newAttempt(chain, { network: 'polygon', seed, through: 'evm' });

describe('a payer', () => {
  test('claims, records, and sends only what another look shows as recorded', async () => {
    const [chain, service] = [new Chain(), serving(waiting())];
    await pay(paying(2), '1', chain, service.ask);
    expect(service.kinds()).toEqual(['show', 'claim', 'show', 'attempt']);
    expect(chain.sentFor('a')).toEqual([]);
    await pay(paying(1), '2', chain, service.ask);
    expect(chain.sentFor('a')).toHaveLength(1);
  });

  test('sends nothing when the attempt was not taken', async () => {
    const [chain, service] = [new Chain(), serving(waiting(), ['attempt'])];
    await pay(paying(6), '1', chain, service.ask);
    expect(service.kinds().filter((kind) => kind === 'attempt').length).toBeGreaterThan(1);
    expect(chain.sentFor('a')).toEqual([]);
  });

  test('waits while it may land, and says sent only of what has landed', async () => {
    const [chain, service] = [new Chain(), serving(waiting())];
    await pay(paying(6), '1', chain, service.ask);
    expect(service.kinds()).not.toContain('sent');
    const random = new Random('lands');
    const [sent] = chain.sentFor('a');
    if (!sent) throw new Error('nothing was sent');
    while (!chain.finalOf(sent.told) && !chain.canNeverLand('polygon', sent.told))
      chain.produce(random);
    await pay(paying(6), '2', chain, service.ask);
    expect(service.kinds().includes('sent')).toBe(chain.finalOf(sent.told) !== undefined);
    expect(service.kinds().filter((kind) => kind === 'attempt')).toHaveLength(1);
  });

  test('replaces one that waits by one of its nonce', async () => {
    const [chain, service] = [new Chain(), serving(waiting())];
    await pay(paying(6), '1', chain, service.ask);
    await pay(paying(2, { replaces: true, ahead: 1 }), '2', chain, service.ask);
    expect(chain.sentFor('a').map(({ told }) => told.nonce)).toEqual([0, 0]);
  });

  test('touches neither what another one has claimed nor what is refused', async () => {
    const other = serving({ ...waiting(), status: 'processing', by: arn('bob') });
    await pay(paying(6), '1', new Chain(), other.ask);
    expect(other.kinds()).toEqual(['show']);
    const refusing = serving(waiting(), ['claim']);
    await pay(paying(6), '1', new Chain(), refusing.ask);
    expect(refusing.kinds()).toEqual(['show', 'claim']);
  });
});

test('who inspects says of those alone that they are dead that can never land', async () => {
  const chain = new Chain();
  const [passed, random] = [toldOn(chain, 'passed'), new Random('passes')];
  while (!chain.canNeverLand('polygon', passed)) chain.produce(random);
  const alive = toldOn(chain, 'alive');
  const attempts = [stored(passed), stored(alive)];
  const looking = { kind: 'inspect', operator: 'bob', payout, note: 'passed' } as const;
  const service = serving({ status: 'processing', by: arn('ann'), attempts });
  await inspect(looking, chain, service.ask);
  expect(service.asked.at(-1)).toMatchObject({ kind: 'review', dead: [passed.id] });
  const quiet = serving({ status: 'processing', by: arn('ann'), attempts: [stored(alive)] });
  await inspect(looking, chain, quiet.ask);
  expect(quiet.kinds()).toEqual(['show']);
});

describe('one transaction for many', () => {
  const many = (payouts: object[]) =>
    ({ kind: 'payMany', operator: 'ann', payouts, through: 'evm', ahead: 0 }) as Extract<
      PayersOperation,
      { kind: 'payMany' }
    >;

  test('is recorded with each, and sent once all have taken it', async () => {
    const [chain, service] = [new Chain(), serving(waiting())];
    await payMany(many([payout]), '1', chain, service.ask);
    expect(service.kinds()).toEqual(['show', 'claim', 'show', 'attempt']);
    expect(chain.sentFor('a')).toHaveLength(1);
  });

  test('is sent by nobody where one has not taken it, whoever finds it', async () => {
    const [chain, service] = [new Chain(), serving(waiting())];
    const ask: Ask = async (request) => {
      const seen = await service.ask(request);
      return request.kind === 'attempt' ? undefined : seen;
    };
    await payMany(many([payout]), '1', chain, ask);
    await pay(paying(6), '2', chain, service.ask);
    expect(service.kinds()).toContain('attempt');
    expect(chain.sentFor('a')).toEqual([]);
  });
});

test('where the service looks for itself, what is final need not be told', async () => {
  const random = new Random('is final');
  const chain = new Chain();
  const service = serving({ ...waiting(), network: 'ethereum' });
  await pay(paying(6), '3', chain, service.ask);
  const [sent] = chain.sentFor('a');
  if (!sent) throw new Error('nothing was sent');
  while (!chain.finalOf(sent.told)) chain.produce(random);
  await pay(paying(6, { tells: false }), '4', chain, service.ask);
  expect(service.kinds()).not.toContain('sent');
  await pay(paying(6), '5', chain, service.ask);
  expect(service.kinds()).toContain('sent');
});

test('who inspects clears a review, and tells of a payment that nobody has recorded', async () => {
  const random = new Random('unrecorded');
  const chain = new Chain();
  const told = newAttempt(chain, { network: 'ethereum', seed: 'unrecorded', through: 'evm' });
  const looking = { kind: 'inspect', operator: 'bob', payout, note: 'seen' } as const;
  const shown = { status: 'processing', by: arn('ann'), attempts: [], network: 'ethereum' };
  const service = serving({ ...shown, review: { why: 'long' } });
  await inspect(looking, chain, service.ask);
  expect(service.asked.at(-1)).toMatchObject({ kind: 'review', dead: [] });
  const paid = { id: 'a', address: ADDRESS, amountMicro: 10_000_000n };
  const payment = { ...transactionOf('ethereum', told, [paid]), reverts: false };
  chain.broadcast(payment);
  while (!chain.finalOf(told)) chain.produce(random);
  await inspect(looking, chain, service.ask);
  const pays = paymentsIn(payment, paid).length > 0;
  expect(service.kinds().includes('sent')).toBe(pays);
  expect(pays).toBe(true);
});
