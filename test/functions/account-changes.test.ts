/**
 * The drill for an account that drifted ("Mending an account" in infra/RUNBOOK.md): every write of
 * an account by this service is in the log, so that what the lines do not add up to is another's.
 */
import { expect, test } from 'vitest';
import { HASHES } from '../support/samples.ts';
import { useService } from '../support/service.ts';

const service = useService({ poolSize: 1 });

type Line = {
  requestId: string;
  message: { event: string; user_id: string; change: string; outcome: string; fields?: string };
};

/** What the query of the runbook finds: `message.event = ... and message.user_id = ...`. */
const linesOf = (event: string, user_id: string) =>
  service.logs
    .flatMap((line): Line[] => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    })
    .filter(({ message }) => message?.event === event && message.user_id === user_id);

/** `SET a = a - 5, b = b + 5 ADD version 1` and `ADD a 5, version 1`, added up. */
function addedUp(lines: Line[]): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const { message } of lines) {
    const { change } = message;
    const terms = [
      ...[...change.matchAll(/(\w+) = \1 ([+-]) (-?\d+)/g)].map(
        ([, name = '', sign, amount]) =>
          [name, sign === '-' ? -BigInt(amount ?? 0) : BigInt(amount ?? 0)] as const,
      ),
      ...[...(change.split('ADD ')[1] ?? '').matchAll(/(\w+) (-?\d+)/g)].map(
        ([, name = '', amount]) => [name, BigInt(amount ?? 0)] as const,
      ),
    ];
    for (const [name, amount] of terms) sums[name] = (sums[name] ?? 0n) + amount;
  }
  return sums;
}

test('the lines add up to the account, and to nothing that was changed by hand', async () => {
  const { user_id, cookie } = await service.newSession();
  const unlocks_at = new Date(Date.now() - 60_000).toISOString();
  const detail = { reward_id: 'r1', user_id, amount_micro: 80_000_000n, unlocks_at, source: 'a' };
  await service.events([{ 'detail-type': 'referral.reward.granted', detail }]);
  const payout = await service.requestPayout(cookie, { amount_micro: 25_000_000n });
  const other = await service.requestPayout(cookie, { amount_micro: 10_000_000n });
  await service.request('POST', `/v1/referrals/payouts/${other.id}/cancel`, { cookie });
  const path = `/v1/admin/referrals/payouts/${payout.id}/sent`;
  const sent = await service.operator('ann')('POST', path, { body: { tx_hash: HASHES.solana } });
  expect(sent.status).toBe(200);

  const written = linesOf('account_changed', user_id);
  const { user_id: _, ...stored } = (await service.account(user_id)) as Record<string, bigint>;
  expect(addedUp(written)).toEqual(stored);
  expect(stored).toMatchObject({ paid_out_micro: 25_000_000n, version: BigInt(written.length) });
  for (const { message, requestId } of written) {
    expect(message.outcome).toBe('applied');
    expect(requestId).toMatch(/^[\da-f-]{36}$/);
  }

  for (const how of ['frozen', 'thawed']) {
    const decide = `/v1/admin/referrals/users/${user_id}/${how}`;
    const decided = await service.operator('ann')('POST', decide, { body: { note: 'a secret' } });
    expect(decided.status).toBe(200);
  }
  const decisions = linesOf('account_changed', user_id).slice(written.length);
  expect(decisions.map(({ message }) => message.change)).toEqual([
    expect.stringMatching(/^SET frozen = {…}, freeze_mark = [\da-f-]{36}$/),
    expect.stringMatching(/^SET thawed = {…}, freeze_mark = [\da-f-]{36} REMOVE frozen$/),
  ]);

  await service.changeAccount(user_id, { available_micro: 90_000_000n });
  await service.run('Reconcile');
  const [drift] = linesOf('account_drifted', user_id);
  expect(drift?.message.fields).toContain('available_micro');
  expect(linesOf('account_changed', user_id)).toEqual([...written, ...decisions]);
  expect(addedUp(written).available_micro).toBe(55_000_000n);
});
