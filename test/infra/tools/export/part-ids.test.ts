/** What must hold before anything is said of a file's payouts, so that nothing is said by halves. */
import { describe, expect, test } from 'vitest';
import { useService } from '../../../support/service.ts';
import {
  attempt,
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

const RECIPIENT = 'DRpbCBMxVnDK7maPM5tGv6MvB3v1sRMC86PZ8okm21hy';
const byKey = ['--sender', RECEIVER, '--nonce', '7'];
const bySafe = ['--safe', SAFE, '--nonce', '7'];

/** Two payouts in one file, by the export with these words. */
async function exported(name: string, words: (out: string) => string[]) {
  const desk = deskOf(service, name);
  const args = words(await newFolder());
  const [one = '', two = ''] = await desk
    .claims(...toTwo(args.includes('solana') ? 'solana' : 'ethereum'))
    .then((payouts) => payouts.map(({ id }) => id));
  const [part = ''] = (await desk.cli(args)).out;
  const attemptsOf = async (id: string) => (await desk.show(id)).attempts?.length ?? 0;
  return { ...desk, one, two, part, attemptsOf };
}

const toTwo = (network: string): [string, string[]] => [
  network,
  network === 'solana' ? [SOLANA_RECEIVER, RECIPIENT] : [RECEIVER, OTHER_RECEIVER],
];

describe('an attempt', () => {
  test('that is known to be dead says nothing of the others, nor of what was given back', async () => {
    const { cli, one, two, part, attemptsOf } = await exported('dead', safeCsv);
    const judge = deskOf(service, 'dead-judge');
    await cli(['attempt', two, '--tx', SAFE_TX, ...bySafe]);
    await judge.say(two, 'reviewed', { note: 'nonce used', dead: [SAFE_TX] });
    expect(await cli(attempt(part))).toMatchObject({
      code: 1,
      out: [],
      complaints: expect.stringMatching(`^${two}: .+ is known to be dead \\(nonce used, says .+`),
    });
    await judge.say(two, 'failed', { note: 'x' });
    expect(await cli(attempt(part))).toMatchObject({
      code: 1,
      out: [],
      complaints: expect.stringContaining(`${two} is not your claim: failed by`),
    });
    expect(await attemptsOf(one)).toBe(0);
  });

  test('beside another that lives is recorded for none', async () => {
    const { cli, one, two, part, attemptsOf } = await exported('beside', safeCsv);
    await cli(['attempt', two, '--tx', SAFE_TX, ...bySafe]);
    expect(await cli(attempt(part, '8').with(4, TX))).toMatchObject({
      code: 1,
      complaints: expect.stringContaining(`${two}: A transaction of this payout may still land.`),
    });
    // The same transaction under another nonce would be another.
    expect(await cli(attempt(part, '8'))).toMatchObject({ code: 1 });
    expect(await attemptsOf(one)).toBe(0);
    expect(await cli(attempt(part))).toMatchObject({ code: 0 });
    expect(await attemptsOf(one)).toBe(1);
  });

  test('is recorded for no more of a file of which one is sent', async () => {
    const { cli, one, two, part, attemptsOf } = await exported('sent-one', safeCsv);
    await cli(['attempt', two, '--tx', SAFE_TX, ...bySafe]);
    await cli(['sent', two, '--tx', SAFE_TX, '--yes']);
    expect(await cli(attempt(part))).toMatchObject({
      code: 1,
      complaints: `${two} is sent already, and would be paid again. Nothing was recorded.`,
    });
    expect(await attemptsOf(one)).toBe(0);
  });

  test('is of the kind that pays the file, and of its Safe', async () => {
    const json = await exported('its-safe', safeJson);
    const csv = await exported('its-kind', safeCsv);
    const file = (part: string) => ['attempt', '--file', part, '--tx', SAFE_TX];
    for (const { cli, part, one, attemptsOf } of [json, csv]) {
      expect(await cli([...file(part), ...byKey])).toMatchObject({
        code: 1,
        complaints: expect.stringMatching(/^safe-(json|csv) is paid by safe, not evm\./),
      });
      expect(await attemptsOf(one)).toBe(0);
    }
    expect(await json.cli([...file(json.part), ...bySafe.with(1, RECEIVER)])).toMatchObject({
      code: 1,
      complaints: `The file is for the Safe ${SAFE}, not ${RECEIVER}. Nothing was recorded.`,
    });
    expect(await json.attemptsOf(json.one)).toBe(0);
    const lower = [...file(json.part), ...bySafe.with(1, SAFE.toLowerCase())];
    expect(await json.cli(lower)).toMatchObject({ code: 0 });
  });
});

describe('sent, of what is to be paid by another transaction', () => {
  const evm = (out: string) => ['export', ...usdc, '--format', 'csv', '--out', out];
  const solana = (out: string) => [
    ...['export', '--network', 'solana', '--format', 'csv', '--out', out],
    ...['--token', SOLANA_USDC, '--decimals', '6'],
  ];
  const OTHER_SIGNATURE = SIGNATURE.replace('5V', '4V');
  test.each([
    ['evm', evm, [SAFE_TX, ...byKey], TX],
    ['solana', solana, [SIGNATURE, '--last-valid-block-height', '300'], OTHER_SIGNATURE],
  ])('on %s, is refused for the file and asked of each alone', async (kind, words, own, other) => {
    const { cli, one, two, part, show } = await exported(`another-${kind}`, words);
    // Only of the second: what is true of one holds back all.
    expect(await cli(['attempt', two, '--tx', ...own])).toMatchObject({ code: 0 });
    expect(await cli(sent(part, other).concat('--yes'))).toMatchObject({
      code: 1,
      out: [],
      complaints: expect.stringContaining(
        `${two} is to be paid by ${own[0]}, and ${other} is none of its attempts.`,
      ),
    });
    for (const id of [one, two]) expect((await show(id)).status).toBe('processing');
    expect(await cli(['sent', two, '--tx', other], 'y')).toMatchObject({ code: 0 });
    expect(await cli(sent(part, other).concat('--yes'))).toMatchObject({ code: 0 });
    expect(await show(one)).toMatchObject({ status: 'sent', tx_hash: other });
  });
});
