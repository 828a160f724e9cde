/** `export`, and what is said of its files, against the local stack. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../infra/tools/export/manifest.ts';
import { useService } from '../../../support/service.ts';
import {
  attempt,
  contentOf,
  deskOf,
  newFolder,
  OTHER_RECEIVER,
  SAFE_TX,
  SIGNATURE,
  safeCsv,
  safeJson,
  sent,
  TX,
  usdc,
} from './export-desk.ts';
import { RECEIVER, SAFE, SOLANA_RECEIVER, SOLANA_USDC } from './payouts.ts';

const service = useService();

describe('an export', () => {
  test('made twice is the same files, byte for byte, in whatever folder', async () => {
    const { cli, claims } = deskOf(service, 'twice');
    const payouts = await claims('ethereum', [RECEIVER, RECEIVER.toLowerCase(), OTHER_RECEIVER]);
    const [one, other] = [await newFolder(), await newFolder()];
    const first = await cli(safeJson(one));
    expect(first).toMatchObject({
      code: 0,
      complaints: expect.stringMatching(/: 3 payouts, 30\.00 in/),
    });
    const before = await contentOf(one);
    const [part = ''] = first.out;
    expect(basename(part)).toMatch(/^ethereum-[\da-f]{8}-1-of-1\.json$/);
    expect(Object.keys(before)).toEqual([
      basename(part),
      basename(part).replace('-1-of-1.json', '.manifest.json'),
    ]);
    const ids = payouts.map(({ id }) => id);
    expect(JSON.parse(before[basename(part)] ?? '').meta.description).toContain(ids.join(' '));

    expect(await cli(safeJson(one))).toMatchObject({
      code: 0,
      out: first.out,
      complaints: expect.stringContaining('Exported before, and no attempt is recorded'),
    });
    expect(await contentOf(one)).toEqual(before);
    const lower = safeJson(other).map((word) =>
      word.startsWith('0x') ? word.toLowerCase() : word,
    );
    await cli(lower);
    expect(await contentOf(other)).toEqual(before);
  });

  test('holds as many as fit, the oldest first, and only what is mine on this network', async () => {
    const { cli, claims } = deskOf(service, 'solana');
    const others = deskOf(service, 'solana-too');
    await others.claims('solana', [SOLANA_RECEIVER]);
    await claims('ethereum', [RECEIVER]);
    const addresses = [...'ABCDEFGHJKL'].map((last) => SOLANA_RECEIVER.replace(/.$/, last));
    const payouts = await claims('solana', addresses);
    const folder = await newFolder();
    const { code, out } = await cli([
      ...['export', '--network', 'solana', '--format', 'solana-csv', '--out', folder],
      ...['--token', SOLANA_USDC, '--decimals', '6'],
    ]);
    expect(code).toBe(0);
    expect(out.map((path) => path.replace(/.*(\d+-of-\d+)/, '$1'))).toEqual([
      '1-of-2.csv',
      '2-of-2.csv',
    ]);
    const lines = await Promise.all(out.map((path) => readFile(path, 'utf8')));
    expect(lines.map((text) => text.trim().split('\n').slice(1))).toEqual([
      payouts.slice(0, 10).map(({ address }) => `${address},10000000`),
      payouts.slice(10).map(({ address }) => `${address},10000000`),
    ]);
  });

  test('says which address may be a mistake, in its manifest and to whoever makes it', async () => {
    const { cli, claims } = deskOf(service, 'warned');
    const [key, token] = await claims('solana', [
      SOLANA_RECEIVER,
      'F4YA4H7HeXLCvjLRKdh56FgE4cyHpPqLP1VCM6fEqEmX',
    ]);
    const folder = await newFolder();
    const { code, out, complaints } = await cli([
      ...['export', '--network', 'solana', '--format', 'solana-csv', '--out', folder],
      ...['--token', SOLANA_USDC, '--decimals', '6'],
    ]);
    expect([code, out.length]).toEqual([0, 1]);
    expect(complaints).toContain(`  ${token?.id} to ${token?.address}: address without a key`);
    expect(complaints).not.toContain(key?.id);
    const text = await readFile((out[0] ?? '').replace('-1-of-1.csv', '.manifest.json'), 'utf8');
    const { payouts } = JSON.parse(text).parts[0];
    expect(payouts).toMatchObject([{ id: key?.id }, { id: token?.id, warnings: ['off_curve'] }]);
    expect(payouts[0]).not.toHaveProperty('warnings');
  });

  test('leaves out what an earlier one has, until its attempt is known to be dead', async () => {
    const { cli, claims } = deskOf(service, 'earlier');
    const judge = deskOf(service, 'earlier-judge');
    const folder = await newFolder();
    const [old] = await claims('ethereum', [RECEIVER]);
    const [first = ''] = (await cli(safeJson(folder))).out;
    await claims('ethereum', [OTHER_RECEIVER]);
    const more = await cli(safeJson(folder));
    expect(more.out).toEqual([first, expect.any(String)]);
    expect(more.complaints).toContain(basename(first));
    const second = more.out[1] ?? '';
    expect(await readFile(second, 'utf8')).not.toContain(old?.id);

    expect(await cli(attempt(first))).toMatchObject({ code: 0 });
    expect((await cli(safeJson(folder))).out).toEqual([second]);
    expect(await cli(attempt(second, '8').with(4, TX))).toMatchObject({ code: 0 });
    expect(await cli(safeJson(folder))).toMatchObject({
      code: 0,
      out: [],
      complaints: 'There is nothing to export.',
    });

    await judge.say(old?.id ?? '', 'reviewed', { note: 'nonce used by another', dead: [SAFE_TX] });
    const again = await cli(safeJson(folder));
    expect(again.out).toHaveLength(1);
    expect(again.out).not.toContain(first);
    expect(await readFile(again.out[0] ?? '', 'utf8')).toContain(old?.id);
    expect((await cli(safeJson(folder))).out).toEqual(again.out);
  });

  test('in another way than an earlier one is not made of the same payouts', async () => {
    const { cli, claims } = deskOf(service, 'another-way');
    const folder = await newFolder();
    await claims('ethereum', [RECEIVER]);
    await cli(safeJson(folder));
    const before = await contentOf(folder);
    expect(await cli(safeCsv(folder))).toMatchObject({
      code: 1,
      out: [],
      complaints: expect.stringMatching(/^Exported before in another way/),
    });
    expect(await contentOf(folder)).toEqual(before);
  });

  test('that broke off is made whole, and what it left is named once it is of no use', async () => {
    const { cli, claims } = deskOf(service, 'broke-off');
    const folder = await newFolder();
    await claims('ethereum', [RECEIVER]);
    const [part = ''] = (await cli(safeCsv(folder))).out;
    const whole = await contentOf(folder);
    const manifest = Object.keys(whole).find((name) => name.endsWith('.manifest.json')) ?? '';
    await rm(join(folder, manifest));
    await writeFile(join(folder, '.ethereum-00000000-1-of-1.csv.999999999.begun'), 'half');

    expect(await cli(sent(part).concat('--yes'))).toMatchObject({
      code: 1,
      complaints: expect.stringMatching(/manifest\.json is missing: that export is not whole/),
    });
    expect((await cli(safeCsv(folder))).complaints).not.toContain('Left over');
    expect(await contentOf(folder)).toEqual(whole);

    await rm(join(folder, manifest));
    await claims('ethereum', [OTHER_RECEIVER]);
    const { out, complaints } = await cli(safeCsv(folder));
    expect(complaints).toContain(`remove them: ${basename(part)}`);
    expect(out).toHaveLength(1);
    expect(out).not.toContain(part);
  });

  test('overwrites nothing', async () => {
    const { cli, claims } = deskOf(service, 'overwrites');
    const [folder, other] = [await newFolder(), await newFolder()];
    await claims('ethereum', [RECEIVER]);
    const [part = ''] = (await cli(safeCsv(folder))).out;
    await writeFile(join(other, basename(part)), 'mine');
    expect(await cli(safeCsv(other))).toMatchObject({
      code: 1,
      out: [],
      complaints: expect.stringMatching(/is there with other content, and is not overwritten\.$/),
    });
    expect(await contentOf(other)).toEqual({ [basename(part)]: 'mine' });
    await writeFile(part, 'changed');
    expect(await cli(safeCsv(folder))).toMatchObject({ code: 1, out: [] });
  });

  test('is refused as a whole for one payout that would be lost or cannot be exact', async () => {
    const { cli, claims } = deskOf(service, 'lost');
    const folder = join(await newFolder(), 'new');
    const [good, bad] = await claims('ethereum', [RECEIVER, SAFE.toLowerCase()], 10_000_001n);
    expect(await cli(safeJson(folder))).toMatchObject({
      code: 1,
      complaints: `The payout ${bad?.id} goes to the Safe that pays; fail it.`,
    });
    expect((await cli(safeCsv(folder).with(4, RECEIVER))).complaints).toBe(
      `The payout ${good?.id} goes to the token itself; fail it.`,
    );
    expect((await cli(safeCsv(folder).with(6, '2'))).complaints).toContain('cannot pay exactly');
    expect(await readdir(join(folder, '..'))).toEqual([]);
  });

  test('where no file can be is refused in a sentence', async () => {
    const { cli, claims } = deskOf(service, 'nowhere');
    await claims('ethereum', [RECEIVER]);
    const file = join(await newFolder(), 'file');
    await writeFile(file, '');
    for (const out of [file, join(file, 'below')])
      expect(await cli(safeCsv(out))).toMatchObject({
        code: 1,
        out: [],
        complaints: expect.stringMatching(/^[^\n]+ cannot be read \(ENOTDIR\)\.$/),
      });
  });

  test.each([
    [[], '--network'],
    [[...usdc.with(1, 'dogecoin'), '--format', 'csv', '--out', 'x'], '--network is one of solana'],
    [[...usdc, '--format', 'pdf', '--out', 'x'], '--format: safe-json'],
    [[...usdc, '--format', 'solana-csv', '--out', 'x'], 'is not a format of ethereum'],
    [[...usdc, '--format', 'safe-csv'], 'needs --out'],
    [[...usdc.slice(0, 2), '--format', 'safe-csv', '--out', 'x'], 'Say with --token'],
    [[...usdc.slice(0, 4), '--format', 'safe-csv', '--out', 'x'], 'and --decimals'],
    [[...usdc, '--format', 'safe-json', '--out', 'x'], 'needs --safe'],
    [[...usdc.with(3, SOLANA_USDC), '--format', 'safe-csv', '--out', 'x'], '--token must be 0x'],
    [[...usdc.with(5, 'six'), '--format', 'safe-csv', '--out', 'x'], '--decimals is a number'],
    [[...usdc, '--format', 'safe-csv', '--out', 'x', '--chain-id', '0'], '--chain-id must be'],
  ])('of %j is refused', async (args, sentence) =>
    expect(await deskOf(service, 'usage').cli(['export', ...args])).toMatchObject({
      code: 2,
      out: [],
      complaints: expect.stringContaining(sentence),
    }),
  );
});

describe('a file', () => {
  test('is of exactly its payouts: attempts, then sent, each repeated harmlessly', async () => {
    const { cli, claims, show } = deskOf(service, 'exactly');
    const folder = await newFolder();
    const payouts = await claims('ethereum', [RECEIVER, OTHER_RECEIVER]);
    const [part = ''] = (await cli(safeJson(folder))).out;
    const [later] = await claims('ethereum', [RECEIVER]);
    const statuses = async () => {
      const all = await Promise.all([...payouts, later].map((payout) => show(payout?.id ?? '')));
      return all.map(({ status, tx_hash, attempts = [] }) => [status, attempts.length, tx_hash]);
    };

    for (const _twice of [1, 2]) expect(await cli(attempt(part))).toMatchObject({ code: 0 });
    expect(await statuses()).toEqual([
      ['processing', 1, undefined],
      ['processing', 1, undefined],
      ['processing', 0, undefined],
    ]);
    expect(await cli(sent(part), 'n')).toMatchObject({
      code: 1,
      complaints: expect.stringMatching(/: 2 payouts, 20\.00 in all\nMark .+\? This is final\./),
    });
    for (const _twice of [1, 2]) expect(await cli(sent(part), 'y')).toMatchObject({ code: 0 });
    expect(await cli(attempt(part))).toMatchObject({
      code: 0,
      complaints: expect.stringContaining('2 are sent already'),
    });
    expect(await statuses()).toEqual([
      ['sent', 1, TX],
      ['sent', 1, TX],
      ['processing', 0, undefined],
    ]);
    expect(await cli(sent(part, SAFE_TX), 'y')).toMatchObject({
      code: 1,
      complaints: expect.stringContaining('is not your claim: sent by'),
    });
  });

  test('that is not as it was exported says nothing of anything', async () => {
    const { cli, claims, show } = deskOf(service, 'changed');
    const folder = await newFolder();
    const [payout] = await claims('ethereum', [RECEIVER]);
    const [part = ''] = (await cli(safeCsv(folder))).out;
    const text = await readFile(part, 'utf8');
    const manifest = part.replace('-1-of-1.csv', '.manifest.json');
    const told = await readFile(manifest, 'utf8');
    const refusal = async () => {
      const { code, complaints } = await cli(attempt(part));
      expect(code).toBe(1);
      expect((await show(payout?.id ?? '')).attempts).toBe(undefined);
      return complaints;
    };

    const elsewhere = text.replace(RECEIVER, OTHER_RECEIVER);
    await writeFile(part, elsewhere);
    expect(await refusal()).toContain('was changed since it was exported');
    // With the manifest changed too, the API's own address tells.
    await writeFile(manifest, told.replace(sha256(text), sha256(elsewhere)));
    expect(await refusal()).toContain('is not what these payouts are now');
    await writeFile(manifest, told.slice(1));
    expect(await refusal()).toContain('is not the manifest of an export');
    await writeFile(
      manifest,
      told.replaceAll(payout?.id ?? '', '00000000-0000-4000-8000-000000000000'),
    );
    await writeFile(part, text);
    expect(await refusal()).toContain('payout_not_found');
    await rm(part);
    expect(await refusal()).toContain('is not there');
    await writeFile(part, text);
    await writeFile(manifest, told);
    expect(await cli(attempt(part))).toMatchObject({ code: 0 });
  });

  test('one of whose payouts others have by now says nothing of any', async () => {
    const { cli, claims, say, show } = deskOf(service, 'handed-over');
    const heir = deskOf(service, 'heir');
    const folder = await newFolder();
    const [one, two] = await claims('ethereum', [RECEIVER, OTHER_RECEIVER]);
    const [part = ''] = (await cli(safeCsv(folder))).out;
    await say(two?.id ?? '', 'released', { note: 'off to lunch' });
    await heir.say(two?.id ?? '', 'processing');
    for (const args of [attempt(part), sent(part).concat('--yes')])
      expect(await cli(args)).toMatchObject({
        code: 1,
        complaints: expect.stringMatching(
          `^${two?.id} is not your claim: processing by .+/heir since .+\\. Nothing was recorded\\.$`,
        ),
      });
    expect(await show(one?.id ?? '')).toMatchObject({ status: 'processing' });
    expect(await show(one?.id ?? '')).not.toHaveProperty('attempts');
  });

  test('of ten is paid on Solana under one signature', async () => {
    const { cli, claims, show } = deskOf(service, 'signature');
    const folder = await newFolder();
    const [payout] = await claims('solana', [SOLANA_RECEIVER]);
    const { out } = await cli([
      ...['export', '--network', 'solana', '--format', 'csv', '--out', folder],
      ...['--token', SOLANA_USDC, '--decimals', '6'],
    ]);
    const file = ['--file', out[0] ?? '', '--tx', SIGNATURE];
    const attempted = ['attempt', ...file, '--last-valid-block-height', '300'];
    expect(await cli(attempted)).toMatchObject({ code: 0 });
    expect(await cli(['sent', ...file, '--yes'])).toMatchObject({ code: 0 });
    expect(await show(payout?.id ?? '')).toMatchObject({
      status: 'sent',
      tx_hash: SIGNATURE,
      attempts: [{ state: 'landed' }],
    });
  });

  test.each([
    [['attempt', '--file', 'x', '--tx', TX], 'attempt needs --sender'],
    [['sent', '--file', 'x'], 'sent needs --tx.'],
    [['sent', SIGNATURE, '--file', 'x', '--tx', TX], 'takes ids or --file'],
    [['fail', '--file', 'x', '--note', 'x'], 'fail has no option --file.'],
  ])('with %j is refused', async (args, sentence) =>
    expect(await deskOf(service, 'usage').cli(args)).toMatchObject({
      code: 2,
      complaints: expect.stringContaining(sentence),
    }),
  );

  test.each(['notes.txt', 'ethereum-0123456-1-of-1.csv', 'ethereum-01234567-1-of-1.csv'])(
    'named %s is none of an export',
    async (name) =>
      expect(await deskOf(service, 'usage').cli(attempt(name))).toMatchObject({ code: 1 }),
  );
});
