/** What an export makes of earlier ones in its folder: shown again, refused, or given up. */
import { cpSync, watch } from 'node:fs';
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { exportPayouts } from '../../../../infra/tools/export/export-payouts.ts';
import { readOrder } from '../../../../infra/tools/export/order.ts';
import { connect, type Send } from '../../../../infra/tools/operator/operator-requests.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { useService } from '../../../support/service.ts';
import {
  attempt,
  contentOf,
  deskOf,
  newFolder,
  OTHER_RECEIVER,
  SAFE_TX,
  safeCsv,
  safeJson,
  TX,
} from './export-desk.ts';
import { ETHEREUM_USDC, RECEIVER, SAFE } from './payouts.ts';

const service = useService();

type Desk = ReturnType<typeof deskOf>;

describe('a file of which others can still be paid', () => {
  const ends: [string, (desk: Desk, id: string) => Promise<unknown>][] = [
    ['sent', ({ say }, id) => say(id, 'sent', { tx_hash: TX })],
    ['failed', ({ say }, id) => say(id, 'failed', { note: 'no' })],
    ['released', ({ say }, id) => say(id, 'released', { note: 'no' })],
    [
      'in-review',
      async ({ show }, id) => {
        const review = { why: 'landed twice', since: rfc3339(Date.now()) };
        await service.changePayout((await show(id)).user_id, id, { review });
      },
    ],
  ];
  test.each(ends)('is never shown again once one is %s', async (name, end) => {
    const desk = deskOf(service, `partly-${name}`);
    const { cli, claims } = desk;
    const folder = await newFolder();
    const [gone, left] = await claims('ethereum', [RECEIVER, OTHER_RECEIVER]);
    const [part = ''] = (await cli(safeJson(folder))).out;
    await end(desk, gone?.id ?? '');

    const nobodyMust = `^${basename(part)}: nobody must pay from it again, .+: ${gone?.id}\\. `;
    expect(await cli(safeJson(folder))).toMatchObject({
      code: 1,
      out: [],
      complaints: expect.stringMatching(new RegExp(nobodyMust, 'm')),
    });

    // Others do not wait for it.
    const [later] = await claims('ethereum', [RECEIVER]);
    const beside = await cli(safeJson(folder));
    expect(beside).toMatchObject({ code: 1, out: [expect.any(String)] });
    const text = await readFile(beside.out[0] ?? '', 'utf8');
    expect(text).toContain(later?.id);
    expect(text).not.toContain(left?.id);

    await rename(part, `${part}.void`);
    const { code, out } = await cli(safeJson(folder));
    expect({ code, out }).toEqual({ code: 0, out: [beside.out[0], expect.any(String)] });
    expect(JSON.parse(await readFile(out[1] ?? '', 'utf8')).meta.description).toBe(
      `Referral payouts, in this order: ${left?.id}`,
    );
    expect(await cli(attempt(part))).toMatchObject({ code: 1 });
  });

  test('is never shown again once an attempt of one has died', async () => {
    const { cli, claims, show } = deskOf(service, 'partly-dead');
    const judge = deskOf(service, 'partly-dead-judge');
    const folder = await newFolder();
    const [dead, waits] = await claims('ethereum', [RECEIVER, OTHER_RECEIVER]);
    const [part = ''] = (await cli(safeJson(folder))).out;
    const id = dead?.id ?? '';
    await cli(['attempt', id, '--tx', SAFE_TX, '--safe', SAFE, '--nonce', '7']);
    // Recorded for one alone so far: the rest is to be done.
    expect(await cli(safeJson(folder))).toMatchObject({ code: 0, out: [part] });
    await judge.say(id, 'reviewed', { note: 'nonce used', dead: [SAFE_TX] });

    const again = await cli(safeJson(folder));
    expect(again).toMatchObject({ code: 1, out: [expect.any(String)] });
    expect(again.out).not.toContain(part);
    expect(again.complaints).toContain(`${basename(part)}: nobody must pay from it again`);
    expect(await readFile(again.out[0] ?? '', 'utf8')).not.toContain(waits?.id);
    // Another attempt, of the new file, makes the old one no better.
    await cli(attempt(again.out[0] ?? '', '8').with(4, TX));
    expect((await show(id)).attempts).toHaveLength(2);
    expect(await cli(safeJson(folder))).toMatchObject({ code: 1, out: [] });
  });

  test('is void only in the place of the file itself', async () => {
    const { cli, claims } = deskOf(service, 'void');
    const folder = await newFolder();
    await claims('ethereum', [RECEIVER]);
    const [part = ''] = (await cli(safeCsv(folder))).out;
    await writeFile(`${part}.void`, '');
    expect(await cli(safeCsv(folder))).toMatchObject({ code: 0, out: [part] });
    await rm(`${part}.void`);
    await rm(part);
    expect(await cli(safeCsv(folder))).toMatchObject({
      code: 1,
      out: [],
      complaints: expect.stringContaining(`let ${basename(part)}.void stand in its place`),
    });
  });
});

test('nobody is paid by what the list says, which may be behind', async () => {
  const { claims, say } = deskOf(service, 'behind');
  const folder = await newFolder();
  const [gone, left] = await claims('ethereum', [RECEIVER, OTHER_RECEIVER]);
  const send = connect({ url: service.url, profile: 'behind' });
  const behind = await send(listing);
  await say(gone?.id ?? '', 'sent', { tx_hash: TX });
  const { out } = await exportWith(
    async (request) => (isList(request) ? behind : send(request)),
    folder,
  );
  expect(out).toHaveLength(1);
  const text = await readFile(out[0] ?? '', 'utf8');
  expect(text).toContain(left?.id);
  expect(text).not.toContain(gone?.id);
});

describe('two exports into one folder', () => {
  test('of which one is made while the other looks: the other is refused', async () => {
    const { cli, claims } = deskOf(service, 'meanwhile');
    const folder = await newFolder();
    await claims('ethereum', [RECEIVER]);
    const send = connect({ url: service.url, profile: 'meanwhile' });
    let first: string[] = [];
    const slow: Send = async (request) => {
      if (!isList(request) && first.length === 0) {
        await claims('ethereum', [OTHER_RECEIVER]);
        first = (await cli(safeCsv(folder))).out;
      }
      return send(request);
    };
    await expect(exportWith(slow, folder)).rejects.toThrow(/was made meanwhile\. Repeat/);
    expect(Object.keys(await contentOf(folder))).toHaveLength(2);
    expect(await cli(safeCsv(folder))).toMatchObject({ code: 0, out: first });
  });

  test('that write at one moment never both show a payout', async () => {
    const { claims } = deskOf(service, 'one-moment');
    const folder = await newFolder();
    const send = connect({ url: service.url, profile: 'one-moment' });
    const [payout] = await claims('ethereum', [RECEIVER]);
    const early = await send(listing);
    await claims('ethereum', [OTHER_RECEIVER]);
    const late = await send(listing);
    // Both have looked into the folder before either goes on.
    const bothLook = Promise.withResolvers<void>();
    let looking = 0;
    const pageOf = async (page: typeof early) => {
      if (++looking === 2) bothLook.resolve();
      await bothLook.promise;
      return page;
    };
    const results = await Promise.allSettled(
      [early, late].map((page) =>
        exportWith(async (request) => (isList(request) ? pageOf(page) : send(request)), folder),
      ),
    );
    expect(results.map(({ status }) => status)).toContain('rejected');
    const shown = results.flatMap((each) => (each.status === 'fulfilled' ? each.value.out : []));
    const texts = await Promise.all(shown.map((path) => readFile(path, 'utf8')));
    expect(texts.filter((text) => text.includes(payout?.id ?? '')).length).toBeLessThanOrEqual(1);
  });

  test('of which one is made while the other writes: the other shows nothing', async () => {
    const { cli, claims } = deskOf(service, 'while-writing');
    const [folder, others] = [await newFolder(), await newFolder()];
    await claims('ethereum', [RECEIVER]);
    await cli(safeCsv(others));
    await claims('ethereum', [OTHER_RECEIVER]);
    const watcher = watch(folder).once('change', () => cpSync(others, folder, { recursive: true }));
    onTestFinished(() => watcher.close());
    expect(await cli(safeCsv(folder))).toMatchObject({
      code: 1,
      out: [],
      complaints: expect.stringMatching(/^The payout .+ is in .+ and in .+, so pay from neither/),
    });
  });

  test('that both have a payout are refused, both named, until one is void', async () => {
    const { claims, cli } = deskOf(service, 'both');
    const [folder, other] = [await newFolder(), await newFolder()];
    const [payout] = await claims('ethereum', [RECEIVER]);
    const [one = ''] = (await cli(safeCsv(folder))).out;
    await claims('ethereum', [OTHER_RECEIVER]);
    const [two = ''] = (await cli(safeCsv(other))).out;
    await cp(other, folder, { recursive: true });
    const before = await contentOf(folder);
    const refused = await cli(safeCsv(folder));
    expect(refused).toMatchObject({ code: 1, out: [] });
    expect(refused.complaints).toMatch(new RegExp(`^The payout ${payout?.id} is in .+ and in .+`));
    for (const path of [one, two]) expect(refused.complaints).toContain(basename(path));
    expect(await contentOf(folder)).toEqual(before);

    await rename(one, `${one}.void`);
    const [shown] = (await cli(safeCsv(folder))).out;
    expect(shown).toBe(join(folder, basename(two)));
  });
});

const listing = {
  method: 'GET',
  path: '/v1/admin/referrals/payouts',
  query: { status: 'processing', mine: 'true', network: 'ethereum', limit: '200' },
} as const;

const isList = ({ path }: { path: string }) => path === listing.path;

async function exportWith(send: Send, out: string) {
  const printed: string[] = [];
  const options = { network: 'ethereum', format: 'safe-csv', token: ETHEREUM_USDC, decimals: '6' };
  const code = await exportPayouts(readOrder({ ...options, out }), send, {
    print: (text) => printed.push(text),
    complain: () => undefined,
  });
  return { code, out: printed };
}
