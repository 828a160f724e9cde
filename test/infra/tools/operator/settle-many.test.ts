/** What operators do with payouts beside claiming: attempts, approvals, reviews, reasons, freezing. */
import { beforeEach, describe, expect, test } from 'vitest';
import { stringifyJson } from '../../../../lib/json.ts';
import type { Payout } from '../../../../lib/payout.ts';
import type { PayoutWithHistory } from '../../../../lib/settlement/payout-with-history.ts';
import { startLosingProxy } from '../../../sdk/losing-proxy.ts';
import { ADDRESSES, HASHES, PATHS } from '../../../support/samples.ts';
import { type Session, useService } from '../../../support/service.ts';
import { standIn } from '../stand-in.ts';
import { command, type Person } from './person.ts';

const SENDER = ADDRESSES.polygon;
const HASH = HASHES.ethereum;
const OTHER_HASH = `0x${'cd'.repeat(32)}`;

const service = useService();
let session: Session;
let payout: Payout;

const onEthereum = { network: 'ethereum', address: ADDRESSES.ethereum, amount_micro: 12_500_000n };
beforeEach(async () => {
  session = await service.newSession({ available_micro: 9_000_000_000_000_000_000n });
  payout = await service.requestPayout(session.cookie, onEthereum);
});

const cli = (args: string[], person?: Person) => command(service.url, args, person);
const view = async (id = payout.id) =>
  (await service.operator()('GET', `${PATHS.queue}/${id}`)).json as PayoutWithHistory;
/** By somebody else than whoever claims. */
const AS_ANN = ['--profile', 'ann'];
const claim = (id = payout.id) => cli(['claim', id]);
const evm = ['--tx', HASH, '--sender', SENDER, '--nonce', '7'];
const attempt = (...ids: string[]) => cli(['attempt', ...(ids.length ? ids : [payout.id]), ...evm]);

describe('an attempt', () => {
  test('is recorded for all that one transaction pays, and repeating it is harmless', async () => {
    const other = (await service.requestPayout(session.cookie, onEthereum)).id;
    const ids = [payout.id, other];
    for (const id of ids) await claim(id);
    const first = await attempt(...ids);
    expect(first).toMatchObject({ code: 0, complaints: '' });
    expect(first.out.split('\n')).toEqual(
      ids.map((id) => `${id}: processing, 12.50 on ethereum to ${ADDRESSES.ethereum}`),
    );
    for (const id of ids)
      expect((await view(id)).attempts).toMatchObject([
        { kind: 'evm', hash: HASH, sender: SENDER, nonce: 7n, state: 'open' },
      ]);
    const again = await attempt(...ids);
    expect(again.code).toBe(0);
    expect(again.complaints).toContain(`${other}: This had been done before; nothing was changed.`);

    const input = ids.join('\n');
    expect(await cli(['sent', '-', '--tx', HASH, '--yes'], { input })).toMatchObject({ code: 0 });
    for (const id of ids)
      expect(await view(id)).toMatchObject({ status: 'sent', attempts: [{ state: 'landed' }] });
  });

  test.each([
    ['safe', ['--tx', HASH, '--safe', SENDER, '--nonce', '9223372036854775807']],
    ['evm', evm],
  ])('of %s keeps every digit', async (kind, options) => {
    await claim();
    expect(await cli(['attempt', payout.id, ...options])).toMatchObject({ code: 0 });
    const [kept] = (await view()).attempts ?? [];
    expect(kept).toMatchObject({ kind, id: HASH, nonce: kind === 'safe' ? 2n ** 63n - 1n : 7n });
  });

  test('on Solana has the last block at which it can land', async () => {
    const { id } = await service.requestPayout(session.cookie);
    await claim(id);
    const options = ['--tx', HASHES.solana, '--last-valid-block-height', '300000000'];
    const { code, out } = await cli(['attempt', id, ...options]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ATTEMPT +KIND +STATE +LAST BLOCK +RECORDED +BY$/m);
    expect(out).toMatch(new RegExp(`^${HASHES.solana} +solana +open +300000000 +20`, 'm'));
  });

  test.each([
    [evm.slice(0, 4)],
    [evm.slice(2)],
    [[...evm, '--safe', SENDER]],
    [[...evm, '--last-valid-block-height', '1']],
    [[...evm.slice(0, 4), '--nonce', '0x7']],
    [[...evm.slice(0, 4), '--nonce', '9223372036854775808']],
  ])('of %j is no command line', async (options) =>
    expect(await cli(['attempt', payout.id, ...options])).toMatchObject({
      code: 2,
      complaints: expect.stringMatching(/attempt needs --(sender|tx)|--nonce is a number from 0/),
    }),
  );

  test('whose reply was lost is told from one that was not made by repeating it', async () => {
    await claim();
    const proxy = await startLosingProxy(service.url);
    proxy.script('lose response');
    expect(await command(proxy.url, ['attempt', payout.id, ...evm])).toMatchObject({
      code: 1,
      complaints: expect.stringContaining('Repeat the command to learn what became of it.'),
    });
    await proxy.close();
    expect(await attempt()).toMatchObject({
      code: 0,
      complaints: expect.stringContaining('done before'),
    });
    expect((await view()).attempts).toHaveLength(1);
  });
});

describe('while an attempt may land', () => {
  beforeEach(async () => {
    await claim();
    await attempt();
  });

  test('nothing is given back, and the refusal says what may pay it and who can change that', async () => {
    for (const name of ['fail', 'cancel', 'release'])
      expect(await cli([name, payout.id, '--note', 'x', '--yes'])).toMatchObject({ code: 1 });
    expect((await view()).status).toBe('processing');
    const { complaints } = await cli(['release', payout.id, '--note', 'x']);
    expect(complaints).toMatch(
      new RegExp(`^payout_may_be_sent: .+ It may be paid by ${HASH}\\. .+ review --dead\\. \\(`),
    );
  });

  test('who would end it sees that it may be paid', async () => {
    const { complaints } = await cli(['sent', payout.id, '--tx', OTHER_HASH], { answer: 'n' });
    expect(complaints).toContain(`for 1m; it may be paid by ${HASH}\nNothing was changed.`);
  });

  test('another operator vouches that it is dead, after a question, and then it can be given back', async () => {
    const review = ['review', payout.id, '--note', 'nonce 7 was used', '--dead', HASH];
    expect(await cli(review)).toMatchObject({ code: 2 });
    expect((await cli([...review, '--yes'])).complaints).toMatch(
      /^approval_required: .+ whoever claimed it never reviews it/,
    );
    const { code, questions, out } = await cli([...review, ...AS_ANN], { answer: 'y' });
    expect([code, questions.length]).toEqual([0, 1]);
    expect(out).toMatch(
      new RegExp(`^${HASH} +evm +dead +.+ nonce 7 was used - arn:\\S+/ann$`, 'm'),
    );
    expect(out).toMatch(/^reviewed +nonce 7 was used - by arn:\S+\/ann at 20\S+ \(1m\)$/m);

    const release = await cli(['release', payout.id, '--note', 'ill']);
    expect(release).toMatchObject({ code: 0, complaints: '' });
    expect(release.out).toMatch(/ requested +arn:\S+local +ill$/);
  });

  test('several attempts die at once', async () => {
    await cli(['attempt', payout.id, '--tx', OTHER_HASH, ...evm.slice(2)]);
    const dead = ['--dead', HASH, '--dead', ` ${OTHER_HASH} `];
    const review = ['review', payout.id, '--note', 'x', ...dead, '--yes', ...AS_ANN];
    expect(await cli(review)).toMatchObject({ code: 0 });
    expect((await view()).attempts?.map(({ state }) => state)).toEqual(['dead', 'dead']);
  });
});

describe('an approval', () => {
  test('is of exactly what was shown, and asked for', async () => {
    const huge = 9_007_199_254_740_993n;
    const { id } = await service.requestPayout(session.cookie, { amount_micro: huge });
    const no = await cli(['approve', id], { answer: 'n' });
    expect([no.code, (await view(id)).approval]).toEqual([1, undefined]);
    expect(no.complaints).toContain(`${id}: 9007199254.740993 on solana to ${ADDRESSES.solana}`);
    expect(no.questions).toEqual(['Approve exactly this amount to exactly this address? [y/N] ']);

    const { code, out } = await cli(['approve', id, ...AS_ANN], { answer: 'y' });
    expect(code).toBe(0);
    expect(out).toMatch(
      new RegExp(
        `^approved +9007199254\\.740993 to ${ADDRESSES.solana} by arn:\\S+/ann at 20`,
        'm',
      ),
    );
    expect((await cli(['claim', id, ...AS_ANN])).complaints).toMatch(/^approval_required: /);
    expect((await claim(id)).code).toBe(0);
  });

  test('of what has changed since it was shown is refused', async () => {
    const proxy = await startLosingProxy(service.url, async ({ method }) => {
      if (method === 'POST')
        await service.changePayout(session.user_id, payout.id, { amount_micro: 99_000_000n });
    });
    const { code, complaints } = await command(proxy.url, ['approve', payout.id, '--yes']);
    await proxy.close();
    expect(code).toBe(1);
    expect(complaints).toMatch(/\ninvalid_args: .+ amount_micro /);
    expect((await view()).approval).toBeUndefined();
  });
});

test.each([
  ['fail', 'failed'],
  ['cancel', 'cancelled'],
])('%s has a reason and a note for operators alone', async (name, status) => {
  const note = ['--note', 'not payable', '--internal-note', 'case 4711'];
  const end = [name, payout.id, ...note, '--reason', 'compliance', '--yes'];
  const { code, out } = await cli(end);
  expect(code).toBe(0);
  expect(out).toMatch(/^reason +compliance$/m);
  expect(out).toMatch(/^internal_note +case 4711$/m);
  expect(await view()).toMatchObject({
    status,
    reason: 'compliance',
    note: 'not payable',
    internal_note: 'case 4711',
  });
  expect((await cli([...end.slice(0, -3), '--reason', 'lost', '--yes'])).complaints).toMatch(
    /^--reason is one of address_rejected, /,
  );
});

test('a user is frozen and thawed, with who did it and why', async () => {
  const freeze = ['freeze', session.user_id, '--note', 'case 7'];
  const frozen = /^frozen +case 7 - by arn:\S+\/local at 20\S+ \(1m\)$/m;
  expect(await cli(freeze)).toMatchObject({ code: 0, out: expect.stringMatching(frozen) });
  expect((await cli(freeze)).complaints).toContain('done before');
  expect((await cli(['user', session.user_id])).out).toMatch(frozen);
  expect((await claim()).complaints).toMatch(/^account_frozen: .+ says who froze it and why\. \(/);
  const thawed = await cli(['thaw', session.user_id, '--note', 'cleared']);
  expect(thawed.out).toMatch(/^thawed +cleared - by arn:\S+\/local at 20/m);
  expect(thawed.out).not.toMatch(/^frozen/m);
  expect((await claim()).code).toBe(0);
  expect((await cli(['freeze', payout.id, '--note', 'x'])).complaints).toMatch(/^user_not_found: /);
});

describe('on a network whose chain is asked', () => {
  const ID = '01a204d3-28e0-7285-b278-86bb311f921e';
  const OTHER_ID = '01a204d3-28e0-7285-b278-86bb311f921f';
  const refusal = (error: string, message: string, more = {}) => ({
    status: 409,
    body: { error, message, request_id: 'r1', ...more },
  });
  const NOT_FINAL = refusal('payout_not_final', 'The transaction is not final yet.');
  const sent = (url: string, ...ids: string[]) =>
    command(url, ['sent', ...ids, '--tx', HASH, '--yes']);

  test('what is not final yet is no failure: it is said, and the next one follows', async () => {
    const settled = await view();
    const { url, requests } = await standIn(NOT_FINAL, { body: stringifyJson(settled) });
    const { code, complaints, out } = await sent(url, ID, payout.id);
    expect([code, requests.length]).toEqual([0, 2]);
    expect(complaints).toBe(
      `${ID}: payout_not_final: The transaction is not final yet. It becomes sent by itself once it ` +
        'is final and right, and is listed first in the queue where it is not. (request r1)',
    );
    expect(out).toMatch(new RegExp(`^${payout.id}: requested`));
  });

  test('what it paid otherwise is a failure, with why', async () => {
    const why = 'It transfers another amount to this address.';
    const other = refusal('payout_evidence_mismatch', why, { why: 'amount_differs' });
    const { url } = await standIn(other, NOT_FINAL);
    const { code, complaints } = await sent(url, ID, OTHER_ID);
    expect(code).toBe(1);
    expect(complaints).toMatch(
      new RegExp(`^${ID}: payout_evidence_mismatch: ${why} Nothing was changed: .+\n${OTHER_ID}: `),
    );
  });

  test('a look is shown: what has died by which proof, what was found, and the evidence', async () => {
    const at = '2026-01-02T03:04:05.678Z';
    const one = { kind: 'evm', sender: SENDER, nonce: 7, by: 'ann', recorded_at: at };
    const shown = {
      ...(await view()),
      status: 'sent',
      tx_hash: HASH,
      evidence: { position: 3, block: 21_000_000, at },
      attempts: [
        { ...one, id: 'a', state: 'dead', proof: { cause: 'nonce_passed', height: 9, at } },
        { ...one, id: 'b', state: 'open', found: 'amount_differs' },
        { ...one, id: 'c', state: 'landed' },
      ],
    };
    const { url } = await standIn({ body: stringifyJson(shown) });
    const { out } = await command(url, ['show', ID]);
    expect(out).toMatch(/^evidence +transfer 3 in block 21000000, final, of 2026-01-02T03:04:05/m);
    expect(out).toMatch(/ RECORDED +BY +PROVEN +FOUND$/m);
    expect(out).toMatch(/^a .+ ann +nonce_passed at 9$/m);
    expect(out).toMatch(/^b .+ ann +amount_differs$/m);
    expect(out).toMatch(/^c .+ ann$/m);
  });
});

test('long work says how far it is', async () => {
  const ids = await Array.fromAsync(
    { length: 3 },
    async () => (await service.requestPayout(session.cookie)).id,
  );
  const { reports } = await cli(['claim', ...ids], { tickMs: 2500 });
  expect(reports).toEqual(['0 of 3 done ...', '1 of 3 done ...', '2 of 3 done ...']);
});
