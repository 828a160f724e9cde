/** The files of an export as the programs that pay from them read them. */
import { describe, expect, test } from 'vitest';
import {
  decimal,
  UINT64_MAX,
  UINT256_MAX,
  unitsOf,
} from '../../../../infra/tools/export/amounts.ts';
import { forSpreadsheets, lines } from '../../../../infra/tools/export/csv-files.ts';
import {
  type FormatName,
  fits,
  formatNames,
  formatOf,
  mostIn,
  split,
} from '../../../../infra/tools/export/formats.ts';
import { fileOf } from '../../../../infra/tools/export/manifest.ts';
import type { Paying } from '../../../../infra/tools/export/part.ts';
import { batchChecksum, transferData } from '../../../../infra/tools/export/safe-json.ts';
import type { PayoutWithHistory } from '../../../../lib/settlement/payout-with-history.ts';
import {
  claimed,
  ETHEREUM_USDC,
  POLYGON_USDC,
  RECEIVER,
  SAFE,
  SOLANA_RECEIVER,
  SOLANA_USDC,
  toMany,
} from './payouts.ts';

const ON_ETHEREUM: Paying = {
  network: 'ethereum',
  token: ETHEREUM_USDC,
  decimals: 6,
  chainId: 1,
  safe: SAFE,
};
const ON_SOLANA: Paying = { network: 'solana', token: SOLANA_USDC, decimals: 6 };

const textOf = (format: FormatName, paying: Paying, payouts: PayoutWithHistory[]) =>
  fileOf(format, paying, { name: 'ethereum-00000000-1-of-1', payouts }).text;

describe('the checksum of Transaction Builder', () => {
  /** An export of the app itself, version 1.18.2, as 5afe/safe-cli-nodejs has published it. */
  const published = {
    version: '1.0',
    chainId: '1',
    createdAt: 1761326849944,
    meta: {
      name: 'Transactions Batch',
      description: '',
      txBuilderVersion: '1.18.2',
      createdFromSafeAddress: '0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6',
      createdFromOwnerAddress: '',
      checksum: '0x8b5032f716845c8b08bab3d63dbd9ba92e056f3557793cd041e59b84e16aa989',
    },
    transactions: [
      {
        to: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
        value: '0',
        data: null,
        contractMethod: {
          inputs: [
            { internalType: 'address', name: 'spender', type: 'address' },
            { internalType: 'uint256', name: 'value', type: 'uint256' },
          ],
          name: 'approve',
          payable: false,
        },
        contractInputsValues: {
          spender: '0x474e5Ded6b5D078163BFB8F6dBa355C3aA5478C8',
          value: '100000000000',
        },
      },
    ],
  };

  test('is that of a file which the app has made', () =>
    expect(batchChecksum(published)).toBe(published.meta.checksum));

  test('leaves the name to people, and nothing else', () => {
    const { meta } = published;
    expect(batchChecksum({ ...published, meta: { ...meta, name: 'mine' } })).toBe(meta.checksum);
    for (const other of [
      { ...published, chainId: '2' },
      { ...published, meta: { ...meta, description: 'x' } },
      { ...published, transactions: [{ ...published.transactions[0], value: '1' }] },
      { ...published, transactions: [] },
    ])
      expect(batchChecksum(other)).not.toBe(meta.checksum);
  });
});

test('call data is that of a transfer which Ethereum has seen', () =>
  // Of the transaction 0x50bff0736c713458c92dd1848d12f3354149be1363123dae35e94e0f2a9d56bf.
  expect(
    transferData('0x0D0707963952f2fBA59dD06f2b425ace40b492Fe', 102_436_000_000_000_000_000_000n),
  ).toBe(
    '0xa9059cbb' +
      '0000000000000000000000000d0707963952f2fba59dd06f2b425ace40b492fe' +
      '0000000000000000000000000000000000000000000015b1111266cfca100000',
  ));

describe('safe-json', () => {
  const payouts = [
    claimed(1),
    claimed(3, { address: RECEIVER.toLowerCase(), amount_micro: 1n }),
    claimed(2, { amount_micro: 9_223_372_036_854_775_807n }),
  ];
  const read = (paying: Paying, of = payouts) => JSON.parse(textOf('safe-json', paying, of));

  test('has what the app asks for, and pays exactly its payouts, which it names', () => {
    const batch = read(ON_ETHEREUM);
    expect(batch).toMatchObject({
      version: '1.0',
      chainId: '1',
      createdAt: Date.UTC(2026, 10, 27, 12, 0, 3),
      meta: {
        name: 'ethereum-00000000-1-of-1',
        txBuilderVersion: '1.18.3',
        createdFromSafeAddress: SAFE,
        createdFromOwnerAddress: '',
      },
    });
    const uuids = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;
    expect(batch.meta.description.match(uuids)).toEqual(payouts.map(({ id }) => id));
    expect(batch.transactions).toHaveLength(payouts.length);
    for (const [at, { to, value, data }] of batch.transactions.entries()) {
      expect([to, value, data.length, data.slice(0, 10)]).toEqual([
        ETHEREUM_USDC,
        '0',
        2 + 8 + 64 + 64,
        '0xa9059cbb',
      ]);
      expect(`0x${data.slice(34, 74)}`).toBe(payouts[at]?.address.toLowerCase());
      expect(BigInt(`0x${data.slice(74)}`)).toBe(payouts[at]?.amount_micro);
    }
  });

  test('read back, it has its own checksum, and lost it when a digit was changed', () => {
    const text = textOf('safe-json', ON_ETHEREUM, payouts);
    const { meta } = JSON.parse(text);
    expect(meta.checksum).toMatch(/^0x[\da-f]{64}$/);
    expect(batchChecksum(JSON.parse(text))).toBe(meta.checksum);
    const changed = text.replace('17d7840', '17d7841');
    expect(changed).not.toBe(text);
    expect(batchChecksum(JSON.parse(changed))).not.toBe(meta.checksum);
  });

  test('counts in the units of the token, and names the chain that is set', () => {
    const { chainId, transactions } = read({ ...ON_ETHEREUM, decimals: 18, chainId: 11155111 });
    expect(chainId).toBe('11155111');
    expect(BigInt(`0x${transactions[2].data.slice(74)}`)).toBe(
      9_223_372_036_854_775_807_000_000_000_000n,
    );
  });

  test('spells the addresses with their checksums', () => {
    const lower = { token: ETHEREUM_USDC.toLowerCase(), safe: SAFE.toLowerCase() };
    expect(read({ ...ON_ETHEREUM, ...lower })).toEqual(read(ON_ETHEREUM));
  });
});

test('safe-csv is what CSV Airdrop reads, with the payout as id', () =>
  expect(
    textOf('safe-csv', ON_ETHEREUM, [
      claimed(1),
      claimed(2, { amount_micro: 12_345_678n, address: RECEIVER.toLowerCase() }),
    ]),
  ).toBe(
    `token_type,token_address,receiver,amount,id
erc20,${ETHEREUM_USDC},${RECEIVER},25,${claimed(1).id}
erc20,${ETHEREUM_USDC},${RECEIVER},12.345678,${claimed(2).id}
`,
  ));

test('solana-csv is what solana-tokens reads for a token: whole units of it', () => {
  const payouts = [claimed(1, { network: 'solana', address: SOLANA_RECEIVER })];
  const header = 'recipient,amount\n';
  expect(textOf('solana-csv', ON_SOLANA, payouts)).toBe(`${header}${SOLANA_RECEIVER},25000000\n`);
  expect(textOf('solana-csv', { ...ON_SOLANA, decimals: 9 }, payouts)).toBe(
    `${header}${SOLANA_RECEIVER},25000000000\n`,
  );
});

test('csv has all of a payout, and runs nothing in a spreadsheet', () => {
  const { id, user_id, requested_at } = claimed(1);
  expect(textOf('csv', ON_ETHEREUM, [claimed(1, { amount_micro: 500_000n })])).toBe(
    `id,user_id,network,token,address,amount,units,requested_at
${id},${user_id},ethereum,${ETHEREUM_USDC},${RECEIVER},0.5,500000,${requested_at}
`,
  );
  for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '|calc', '%0'])
    expect(forSpreadsheets(formula)).toBe(`'${formula}`);
  expect(forSpreadsheets('0x=1')).toBe('0x=1');
  expect(lines([['a,b', 'say "x"', 'c\nd', 'e']])).toBe('"a,b","say ""x""","c\nd",e\n');
});

describe('amounts', () => {
  const of = (amount_micro: bigint, decimals: number, max = UINT256_MAX) =>
    unitsOf({ id: 'P', amount_micro }, decimals, max);

  test.each([
    [1n, 6, 1n],
    [1n, 18, 1_000_000_000_000n],
    [25_000_000n, 0, 25n],
    [25_500_000n, 2, 2_550n],
    [9_223_372_036_854_775_807n, 36, 9_223_372_036_854_775_807n * 10n ** 30n],
  ])('%d micro of a token with %d decimals are %d', (micro, decimals, units) =>
    expect(of(micro, decimals)).toBe(units),
  );

  test.each([
    [25_500_000n, 0],
    [25_505_000n, 2],
    [1n, 5],
  ])('%d micro cannot be paid with %d decimals', (micro, decimals) =>
    expect(() => of(micro, decimals)).toThrow(/^The payout P is of [\d.]+, which .+ exactly\.$/),
  );

  test('of nothing, or of more than the chain counts, none is made', () => {
    expect(() => of(0n, 6)).toThrow('has no amount');
    expect(of(UINT64_MAX / 1000n, 9, UINT64_MAX)).toBe((UINT64_MAX / 1000n) * 1000n);
    expect(() => of(UINT64_MAX / 1000n + 1n, 9, UINT64_MAX)).toThrow('more than the chain');
  });

  test.each([
    [1n, '0.000001'],
    [100_000n, '0.1'],
    [25_000_000n, '25'],
    [12_345_670n, '12.34567'],
    [9_223_372_036_854_775_807n, '9223372036854.775807'],
  ])('%d micro are written %s', (micro, text) => expect(decimal(micro)).toBe(text));
});

describe('parts', () => {
  const sizes = (payouts: PayoutWithHistory[], network: 'ethereum' | 'polygon' | 'solana') =>
    split(payouts, network, formatOf(network === 'solana' ? 'solana-csv' : 'safe-json')).map(
      ({ length }) => length,
    );

  test.each([
    ['ethereum', 200],
    ['polygon', 200],
    ['solana', 10],
  ] as const)('on %s hold %d, and one more begins the next', (network, most) => {
    expect(mostIn(network)).toBe(most);
    expect(sizes(toMany(0), network)).toEqual([]);
    expect(sizes(toMany(most - 1), network)).toEqual([most - 1]);
    expect(sizes(toMany(most), network)).toEqual([most]);
    expect(sizes(toMany(most + 1), network)).toEqual([most, 1]);
    expect(sizes(toMany(3 * most), network)).toEqual([most, most, most]);
  });

  test('keep the order', () => {
    const payouts = toMany(401);
    expect(split(payouts, 'ethereum', formatOf('safe-json')).flat()).toEqual(payouts);
  });

  test('of solana-csv have no address twice, which would create its account twice', () => {
    const payouts = [0, 1, 2, 3].map((n) => claimed(n, { address: 'AABA'.charAt(n) }));
    const ids = (parts: PayoutWithHistory[][]) =>
      parts.map((part) => part.map(({ id }) => Number(id.slice(-1))));
    expect(ids(split(payouts, 'solana', formatOf('solana-csv')))).toEqual([[0, 2], [1], [3]]);
    expect(ids(split(payouts, 'solana', formatOf('csv')))).toEqual([[0, 1, 2, 3]]);
  });

  test('on EVM chains stay below the gas of a transaction, and on Solana below its bytes', () => {
    // As measured: 100 transfers through a Safe 2.73M gas, 300 of them 8.02M; ten on Solana 1,206.
    const perTransfer = (8_020_000 - 2_730_000) / 200;
    const gasPerTransferOfProxiedToken = 65_000;
    expect(perTransfer).toBeLessThan(gasPerTransferOfProxiedToken);
    expect(mostIn('ethereum') * 80_000).toBeLessThan(16_777_216 - 700_000);
    expect(Math.floor((mostIn('solana') * 1_206) / 10)).toBeLessThanOrEqual(1_232);
  });
});

test('each format is for the networks that its program knows', () => {
  const networks = (['ethereum', 'polygon', 'solana'] as const).map(
    (network) => [network, formatNames.filter((name) => fits(formatOf(name), network))] as const,
  );
  expect(Object.fromEntries(networks)).toEqual({
    ethereum: ['safe-json', 'safe-csv', 'csv'],
    polygon: ['safe-json', 'safe-csv', 'csv'],
    solana: ['solana-csv', 'csv'],
  });
  expect(POLYGON_USDC).toHaveLength(42);
});
