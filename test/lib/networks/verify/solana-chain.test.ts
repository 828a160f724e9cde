import { inspect } from 'node:util';
import {
  AuthorityType,
  getCloseAccountInstruction,
  getSetAuthorityInstruction,
} from '@solana-program/token';
import { expect, test } from 'vitest';
import {
  accountOf,
  execute,
  fundedSigner,
  issueToken,
  memo,
  mint,
  openAccount,
  payments,
  type Signed,
  send,
  sign,
  transfer,
} from '../../../../infra/local/only-here/chains/solana-contracts.ts';
import { finalize } from '../../../../infra/local/only-here/chains/solana-rpc.ts';
import { INT64_MAX } from '../../../../lib/money.ts';
import { solanaChain } from '../../../../lib/networks/verify/solana-chain.ts';
import { solanaProvider } from '../../../../lib/networks/verify/solana-provider.ts';
import { findingOf } from '../../../../lib/settlement/evidence.ts';
import { UndecidedError } from '../../../../lib/settlement/on-chain.ts';
import { rfc3339 } from '../../../../lib/time.ts';
import { describeOnChain } from '../../../support/chain-engines.ts';
import { rpcFaults, SECRET_KEY } from '../../../support/rpc-proxy.ts';
import {
  attemptOf,
  DECIMALS,
  GENESIS_S,
  SOON,
  TIMEOUT_MS,
  type Told,
  tells,
  useSolana,
} from '../../../support/solana-bench.ts';

const UNITS = 25_000_000n;
const ID = '01a2143a-5bde-76f4-850b-2c8c69d4af89';
const OTHER_ID = '01a2143a-5bde-76f4-850b-2c8c69d4af90';
const EXPIRED = 151;

describeOnChain('solana')('Solana', () => {
  const bench = useSolana();
  const payoutTo = (address: string, id = ID) => ({
    ...{ id, network: 'solana', address, amount_micro: UNITS },
    requested_at: '2026-01-01T00:00:00.000Z',
  });
  const fateOf = (signed: Signed) => bench.chain().fateOf(attemptOf(signed));
  const finding = async (signed: Signed, address: string, taken: number[] = []) =>
    findingOf(attemptOf(signed), await fateOf(signed), payoutTo(address), bench.paidIn(), (at) =>
      taken.includes(at),
    );
  const payTo = (to: string, units = UNITS) => payments(bench.token, bench.payer, [{ to, units }]);
  const final = async (instructions: Parameters<typeof bench.run>[0]) => {
    const signed = await bench.run(instructions);
    finalize(bench.solana);
    return signed;
  };

  test('a payment waits until it is final, and then is one', async () => {
    const to = await bench.stranger();
    const signed = await sign(bench.solana, bench.payer, await payTo(to));
    const seen = async () => (await bench.chain().sightingOf(signed.signature)).is;
    expect([await finding(signed, to), await seen()]).toEqual([{ is: 'waiting' }, 'unseen']);
    await send(bench.solana, signed);
    for (const blocks of [1, 30]) {
      expect([await finding(signed, to), await seen()]).toEqual([{ is: 'waiting' }, 'pending']);
      bench.solana.advance(blocks);
    }
    expect([await finding(signed, to), await seen()]).toEqual([{ is: 'waiting' }, 'pending']);
    bench.solana.advance(1);
    expect(await finding(signed, to)).toMatchObject({ is: 'paid', transfer: { to, units: UNITS } });
    expect(await seen()).toBe('final');
  });

  test('two payouts of one amount to one owner need two transfers', async () => {
    const to = await bench.stranger();
    const once = await final(await payTo(to));
    expect(await finding(once, to, [1000])).toMatchObject({ mismatch: 'transfer_taken' });
    const twice = await final([...(await payTo(to)), ...(await payTo(to))]);
    expect(await finding(twice, to, [1000])).toMatchObject({ transfer: { position: 3000 } });
  });

  test('an address may be that of an account of tokens itself', async () => {
    const owner = await bench.stranger();
    const signed = await final(await payTo(owner));
    const account = await accountOf(bench.token, owner);
    expect(await finding(signed, account)).toMatchObject({ is: 'paid', transfer: { account } });
    expect(await bench.chain().transfersTo(account, SOON)).toMatchObject([{ account }]);
  });

  test('what pays otherwise is not the payment', async () => {
    const to = await bench.stranger();
    const other = await bench.stranger();
    const mismatch = async (instructions: Parameters<typeof bench.run>[0]) =>
      finding(await final(instructions), to);
    expect(await mismatch(await payTo(to, UNITS - 1n))).toMatchObject({
      mismatch: 'amount_differs',
    });
    expect(await mismatch(await payTo(other))).toMatchObject({ mismatch: 'address_differs' });
    expect(await mismatch([memo('nothing')])).toMatchObject({ mismatch: 'no_transfer' });
    expect(await mismatch([...(await payTo(to)), memo(OTHER_ID)])).toMatchObject({
      mismatch: 'memo_differs',
    });
    expect(await mismatch([...(await payTo(to)), memo(ID)])).toMatchObject({ is: 'paid' });

    const lookalike = await issueToken(bench.solana, { decimals: DECIMALS });
    await mint(bench.solana, lookalike, bench.payer.address, UNITS);
    const inOther = await payments(lookalike, bench.payer, [{ to, units: UNITS }]);
    expect(await mismatch(inOther)).toMatchObject({ mismatch: 'token_differs' });

    const somebody = await fundedSigner(bench.solana);
    await mint(bench.solana, bench.token, somebody.address, UNITS);
    const byOther = await payments(bench.token, somebody, [{ to, units: UNITS }]);
    const signed = await execute(bench.solana, somebody, byOther);
    finalize(bench.solana);
    expect(await finding(signed, to)).toMatchObject({ mismatch: 'sender_differs' });
  });

  test('a transaction that failed is dead once it is final', async () => {
    const to = await bench.stranger();
    const signed = await bench.run(await payTo(to, 10n ** 15n));
    expect(await finding(signed, to)).toEqual({ is: 'waiting' });
    finalize(bench.solana);
    expect(await finding(signed, to)).toMatchObject({ is: 'dead', cause: 'reverted' });
  });

  test('an expired one is dead when its last height is final: of blocks, not of slots', async () => {
    const to = await bench.stranger();
    const signed = await sign(bench.solana, bench.payer, await payTo(to));
    bench.solana.advance(1, 400);
    expect(await fateOf(signed)).toEqual({ is: 'open' });
    bench.solana.advance(await blocksTo(signed.lastValidBlockHeight + 1n));
    await expect(send(bench.solana, signed)).rejects.toThrow();
    bench.solana.advance(31);
    expect(await fateOf(signed)).toEqual({ is: 'open' });
    bench.solana.advance(1);
    const height = signed.lastValidBlockHeight + 1n;
    expect(await fateOf(signed)).toEqual({ is: 'gone', cause: 'expired', height });
    const { last_valid_block_height: _, ...byHand } = attemptOf(signed);
    const durable = { ...byHand, last_valid_block_height: INT64_MAX };
    for (const attempt of [byHand, durable])
      expect(await bench.chain().fateOf(attempt)).toEqual({ is: 'open' });
  });

  test('what landed in its last block is never taken for expired', async () => {
    const to = await bench.stranger();
    const signed = await sign(bench.solana, bench.payer, await payTo(to));
    bench.solana.advance(await blocksTo(signed.lastValidBlockHeight));
    await send(bench.solana, signed);
    for (let blocks = 0; blocks <= 33; blocks++) {
      expect((await fateOf(signed)).is).toBe(blocks < 32 ? 'open' : 'final');
      bench.solana.advance(1);
    }
  });

  /** How many blocks are to be made until one has this height. */
  const blocksTo = async (height: bigint) => {
    const final = await solanaProvider(bench.solana.url, TIMEOUT_MS).tip();
    return Number(height - final.height) - 32;
  };

  test('transfers that nobody recorded are found by whom they pay, or by who paid', async () => {
    const to = await bench.stranger();
    const unknown = await final(await payTo(to));
    await final([await transfer(bench.token, bench.payer, await accountOf(bench.token, to), 1n)]);
    await final(await payTo(await bench.stranger()));
    const expected = [
      { transaction: unknown.signature, to, units: UNITS },
      { to, units: 1n },
    ];
    const found = await bench.chain().transfersTo(to, SOON);
    expect(found.toSorted((one, two) => Number(two.units - one.units))).toMatchObject(expected);

    // An address with too many transactions to list: all that the senders sent is read.
    const busy = async () => {
      const proxy = await bench.proxy();
      const entry = { slot: 1, err: null, blockTime: GENESIS_S * 2, signature: to };
      const page = Array(1000).fill(entry);
      const lie = (list: Told, [account]: unknown[]) => (account === to ? page : list);
      proxy.behave(tells({ getSignaturesForAddress: lie }));
      return proxy.url;
    };
    const all = await bench.chain([await busy(), await busy()]).transfersTo(to, SOON);
    expect(all.toSorted((one, two) => Number(two.units - one.units))).toMatchObject(expected);
  });

  test('they are found in accounts that are closed, or have come from another owner', async () => {
    const { solana, token } = bench;
    const [to, other] = [await fundedSigner(solana), await fundedSigner(solana)];
    await final([await openAccount(token, bench.payer, to.address)]);
    const [account, given] = [
      await accountOf(token, to.address),
      await accountOf(token, other.address),
    ];
    const closed = await final([await transfer(token, bench.payer, account, UNITS)]);
    const back = await transfer(token, to, await accountOf(token, bench.payer.address), UNITS);
    await final([
      back,
      getCloseAccountInstruction({ account, destination: to.address, owner: to }),
    ]);
    await final(await payTo(other.address));
    const { AccountOwner: authorityType } = AuthorityType;
    const owned = { owned: given, owner: other, authorityType, newAuthority: to.address };
    await final([getSetAuthorityInstruction(owned)]);
    const opened = await final([await transfer(token, bench.payer, given, UNITS)]);
    const found = await bench.chain().transfersTo(to.address, SOON);
    expect(found.map(({ transaction }) => transaction).toSorted()).toEqual(
      [closed.signature, opened.signature].toSorted(),
    );
  });

  test('what others pay, and what is paid in another token, is not theirs', async () => {
    const { solana, token, payer } = bench;
    const to = await bench.stranger();
    const [somebody, lookalike] = [
      await fundedSigner(solana),
      await issueToken(solana, { decimals: 6 }),
    ];
    await mint(solana, token, somebody.address, UNITS);
    await mint(solana, lookalike, payer.address, UNITS);
    const paid = { to, units: UNITS };
    await final([
      ...(await payments(token, somebody, [paid])),
      ...(await payments(lookalike, payer, [paid])),
      ...(await payTo(to, 1n)),
    ]);
    expect(await bench.chain().transfersTo(to, SOON)).toMatchObject([{ to, units: 1n }]);
  });

  test('what senders sent on a day is told once the day is over and final', async () => {
    bench.solana.advance(1, 216_000 * 2);
    const [from, to] = [await bench.stranger(), await bench.stranger()];
    const first = await final([...(await payTo(from)), ...(await payTo(to))]);
    const reading = await bench.chain().sightingOf(first.signature);
    const day = reading.is === 'final' ? reading.transaction.at.slice(0, 10) : '';
    await expect(bench.chain().transfersWithin(day, day)).rejects.toThrow(UndecidedError);
    bench.solana.advance(1, 216_000);
    await final(await payTo(to));
    const { signature: transaction } = first;
    expect(await bench.chain().transfersWithin(day, day)).toMatchObject([
      { transaction, to: from, units: UNITS },
      { transaction, to, units: UNITS },
    ]);
  });
});

describeOnChain('solana')('of two providers of Solana', () => {
  const bench = useSolana();
  const withOne = async (timeoutMs?: number) => {
    const proxy = await bench.proxy();
    return { proxy, chain: bench.chain([bench.solana.url, proxy.url], timeoutMs) };
  };
  const prepared = async () => {
    const to = await bench.stranger();
    const instructions = await payments(bench.token, bench.payer, [{ to, units: UNITS }]);
    return sign(bench.solana, bench.payer, instructions);
  };
  const paid = async () => {
    const signed = await prepared();
    await send(bench.solana, signed);
    finalize(bench.solana);
    return signed;
  };
  const expired = async () => {
    const signed = await prepared();
    bench.solana.advance(EXPIRED + 33);
    return signed;
  };

  test.each(Object.entries(rpcFaults))(
    'one with the fault %s decides nothing',
    async (name, fault) => {
      const { proxy, chain } = await withOne(/^(hangs|stalls)/.test(name) ? 300 : undefined);
      const attempts = [attemptOf(await paid()), attemptOf(await expired())];
      proxy.behave(fault);
      for (const attempt of attempts) {
        const error: Error = await chain.fateOf(attempt).catch((error) => error);
        expect(error).toBeInstanceOf(UndecidedError);
        expect(error.message).toBe('provider 2 of 2 gave no sound answer');
        expect(inspect(error)).not.toContain(SECRET_KEY);
      }
      await expect(chain.transfersTo(bench.payer.address, SOON)).rejects.toThrow(UndecidedError);
      proxy.behave();
      expect(
        await Promise.all(attempts.map(async (each) => (await chain.fateOf(each)).is)),
      ).toEqual(['final', 'gone']);
    },
  );

  test('a cluster without the token, or with another one under its name, is not believed', async () => {
    const attempts = [attemptOf(await paid()), attemptOf(await expired())];
    const urls = [bench.solana.url, bench.solana.url];
    const others = [
      [{ token: await bench.stranger() }, 'provider 1 of 2 gave no sound answer'],
      [{ decimals: DECIMALS + 1 }, 'the token has other decimals there'],
    ] as const;
    for (const [other, message] of others) {
      const chain = solanaChain({ ...bench.paidIn(), ...other }, urls, { timeoutMs: TIMEOUT_MS });
      const error = new UndecidedError(message);
      for (const attempt of attempts) await expect(chain.fateOf(attempt)).rejects.toThrow(error);
      await expect(chain.transfersTo(bench.payer.address, SOON)).rejects.toThrow(error);
    }
  });

  test('one that has not got a final transaction only delays', async () => {
    const { proxy, chain } = await withOne();
    const attempt = attemptOf(await paid());
    bench.solana.advance(EXPIRED);
    const getTransaction = () => null;
    const getSignatureStatuses = ({ context }: Told) => ({ context, value: [null] });
    for (const lies of [{ getTransaction }, { getTransaction, getSignatureStatuses }]) {
      proxy.behave(tells(lies));
      expect(await chain.fateOf(attempt)).toEqual({ is: 'open' });
      expect(await chain.sightingOf(attempt.id)).toEqual({ is: 'pending' });
    }
  });

  test('a transaction that both know of and neither can give is not dead, however old', async () => {
    const attempt = attemptOf(await paid());
    bench.solana.advance(1000);
    const proxies = [await bench.proxy(), await bench.proxy()];
    for (const proxy of proxies) proxy.behave(tells({ getTransaction: () => null }));
    const chain = bench.chain(proxies.map(({ url }) => url));
    expect(await chain.fateOf(attempt)).toEqual({ is: 'open' });
  });

  test('one that makes up a transaction does not make it final', async () => {
    const { proxy, chain } = await withOne();
    const real = await paid();
    const attempt = attemptOf(await prepared());
    const reply = await solanaProvider(bench.solana.url, TIMEOUT_MS).transaction(real.signature);
    const made: Told = JSON.parse(
      JSON.stringify(reply, (_key, each) => (typeof each === 'bigint' ? Number(each) : each)),
    );
    made.transaction.signatures = [attempt.id];
    proxy.behave(tells({ getTransaction: () => made }));
    expect(await chain.fateOf(attempt)).toEqual({ is: 'open' });
  });

  test.each<[string, (result: Told) => void]>([
    ['another slot', (result) => result.slot++],
    ['another time', (result) => result.blockTime++],
    ['a failure', ({ meta }) => Object.assign(meta, { err: { InstructionError: [0, 'Custom'] } })],
    [
      'another owner',
      ({ meta }) => giveAway([...meta.preTokenBalances, ...meta.postTokenBalances]),
    ],
    ['no transfer', (result) => result.transaction.message.instructions.pop()],
  ])('one that tells %s is not believed', async (_name, lie) => {
    const { proxy, chain } = await withOne();
    const attempt = attemptOf(await paid());
    const getTransaction = (result: Told) => {
      lie(result);
      return result;
    };
    proxy.behave(tells({ getTransaction }));
    await expect(chain.fateOf(attempt)).rejects.toThrow(UndecidedError);
    expect(await chain.sightingOf(attempt.id).catch(() => 'undecided')).toBe('undecided');
  });

  test('one that leads, lags or forgets kills nothing', async () => {
    const { proxy, chain } = await withOne();
    const attempt = attemptOf(await prepared());
    const moves = (slots: number, blocks: number) =>
      tells({
        getEpochInfo: ({ absoluteSlot, blockHeight }) => ({
          absoluteSlot: absoluteSlot + slots,
          blockHeight: blockHeight + blocks,
        }),
      });
    proxy.behave(moves(0, 1000));
    expect(await chain.fateOf(attempt)).toEqual({ is: 'open' });
    bench.solana.advance(EXPIRED + 33);
    proxy.behave(moves(0, -100));
    expect(await chain.fateOf(attempt)).toEqual({ is: 'open' });
    for (const slots of [-1000, 1000]) {
      proxy.behave(moves(slots, 0));
      await expect(chain.fateOf(attempt)).rejects.toThrow('a provider lags or leads by far');
    }
    // The node that answers has not come as far as the one that was asked before.
    const getSignatureStatuses = ({ context: { slot }, value }: Told) => ({
      context: { slot: slot - 40 },
      value,
    });
    proxy.behave(tells({ getSignatureStatuses }));
    await expect(chain.fateOf(attempt)).rejects.toThrow('a provider lags behind its own word');
    proxy.behave(tells({ getFirstAvailableBlock: (slot) => slot + 3600 * 3 }));
    const today = rfc3339(GENESIS_S * 1000).slice(0, 10);
    const to = await bench.stranger();
    bench.solana.advance(40, 216_000);
    for (const ask of [
      () => chain.fateOf(attempt),
      () => chain.transfersTo(to, SOON),
      () => chain.transfersWithin(today, today),
    ])
      await expect(ask()).rejects.toThrow('a provider does not remember so long');
    proxy.behave();
    expect((await chain.fateOf(attempt)).is).toBe('gone');
  });

  const listed = (signature: string) => ({
    slot: 1,
    err: null,
    blockTime: GENESIS_S * 2,
    signature,
  });
  /** The accounts of an owner, beside the two that programs make for it. */
  const accounts = (length: number) => () => ({
    value: Array.from({ length }, (_, index) => ({ pubkey: `account ${index}` })),
  });
  /** A list of so many transactions, of which those before the last one told are asked for. */
  const numbered = (length: number) => (_list: Told, params: unknown[]) => {
    const { before = '0' } = params[1] as { before?: string };
    const told = Array.from({ length }, (_, index) => listed(String(index + 1)));
    return told.slice(Number(before), Number(before) + 1000);
  };

  test.each<[string, string, Parameters<typeof tells>[0]]>([
    [
      'of more accounts than are read',
      'an owner has too many accounts',
      { getTokenAccountsByOwner: accounts(49) },
    ],
    [
      'of senders with more transactions than are listed',
      'the senders have too many transactions',
      { getSignaturesForAddress: () => Array(1000).fill(listed('1')) },
    ],
    [
      'of more transactions than are read',
      'too many transactions',
      { getSignaturesForAddress: numbered(2001) },
    ],
    [
      'of a transaction that is listed and not given',
      'a provider lags behind its own list',
      { getSignaturesForAddress: numbered(1), getTransaction: () => null },
    ],
  ])('what both tell %s decides nothing', async (_what, why, lies) => {
    const proxy = await bench.proxy();
    proxy.behave(tells(lies));
    const transfers = bench.chain([proxy.url, proxy.url]).transfersTo(await bench.stranger(), SOON);
    await expect(transfers).rejects.toThrow(new UndecidedError(why));
  });

  test('fifty accounts of an owner are read', async () => {
    const proxy = await bench.proxy();
    proxy.behave(tells({ getTokenAccountsByOwner: accounts(48) }));
    const chain = bench.chain([proxy.url, proxy.url]);
    expect(await chain.transfersTo(await bench.stranger(), SOON)).toEqual([]);
  });

  test('one that leaves out a transaction from its list is not believed', async () => {
    const { proxy, chain } = await withOne();
    await paid();
    proxy.behave(tells({ getSignaturesForAddress: (list) => list.slice(1) }));
    await expect(chain.transfersTo(bench.payer.address, SOON)).rejects.toThrow(
      'providers 1 and 2 do not agree',
    );
  });
});

describeOnChain('solana')('what is asked of Solana has bounds', () => {
  const bench = useSolana();
  const twoProxies = async () => {
    const proxies = [await bench.proxy(), await bench.proxy()];
    const behave = (lies: Parameters<typeof tells>[0]) => {
      for (const proxy of proxies) proxy.behave(tells(lies));
    };
    return { proxies, behave, chain: bench.chain(proxies.map(({ url }) => url)) };
  };
  const prepared = async () => {
    const to = await bench.stranger();
    const instructions = await payments(bench.token, bench.payer, [{ to, units: UNITS }]);
    return attemptOf(await sign(bench.solana, bench.payer, instructions));
  };
  /** Lists so many transactions of the payer's account, at this second, of which there is none. */
  const sent = async (count: number, blockTime: number) => {
    const account = await accountOf(bench.token, bench.payer.address);
    const getSignaturesForAddress = (list: Told, [asked, { before }]: Told[]) => {
      const next = before === undefined ? 0 : Number(before.slice(1)) + 1;
      const length = Math.min(1000, count - next);
      const entry = { slot: 1, err: null, blockTime };
      const page = Array.from({ length }, (_, at) => ({ ...entry, signature: `s${next + at}` }));
      return asked === account ? page : list;
    };
    return { getSignaturesForAddress: getSignaturesForAddress as never };
  };
  const DAY = '2026-11-27';
  const MIDNIGHT_S = Date.parse('2026-11-28T00:00:00Z') / 1000;
  /** What the senders sent on a day that is over, as the chain says. */
  const ofDay = (chain: ReturnType<typeof bench.chain>) => chain.transfersWithin(DAY, DAY);
  /** Says so of any slot but the first, which is long ago. */
  const overAt = (seconds: number) => ({
    getFirstAvailableBlock: () => 0,
    getBlockTime: ((_: Told, [slot]: number[]) => (slot === 0 ? 0 : seconds)) as never,
  });

  test('senders of more than can be listed, or of more than can be read, decide nothing', async () => {
    const { behave, chain } = await twoProxies();
    for (const [count, message] of [
      [2000, 'a provider lags behind its own list'],
      [2001, 'too many transactions'],
      [10_000, 'the senders have too many transactions'],
    ] as const) {
      behave({ ...overAt(MIDNIGHT_S), ...(await sent(count, MIDNIGHT_S - 1)) });
      await expect(ofDay(chain)).rejects.toThrow(new UndecidedError(message));
    }
  });

  test('an owner of more accounts than can be asked for decides nothing', async () => {
    const { behave, chain } = await twoProxies();
    const to = await bench.stranger();
    // Two are those that programs make.
    const opened = (count: number) => ({
      getTokenAccountsByOwner: (result: Told, [owner]: unknown[]) => {
        const value = Array.from({ length: count }, (_, at) => ({ pubkey: `${to}${at}` }));
        return owner === to ? { ...result, value } : result;
      },
    });
    behave(opened(48));
    expect(await chain.transfersTo(to, SOON)).toEqual([]);
    behave(opened(49));
    await expect(chain.transfersTo(to, SOON)).rejects.toThrow('an owner has too many accounts');
  });

  test('a day is over at midnight, whose second is of the next', async () => {
    const { behave, chain } = await twoProxies();
    behave({ ...overAt(MIDNIGHT_S - 1), ...(await sent(0, MIDNIGHT_S)) });
    await expect(ofDay(chain)).rejects.toThrow('the last of these days is not over and final');
    behave({ ...overAt(MIDNIGHT_S), ...(await sent(1, MIDNIGHT_S)) });
    expect(await ofDay(chain)).toEqual([]);
    behave({ ...overAt(MIDNIGHT_S), ...(await sent(1, MIDNIGHT_S - 1)) });
    await expect(ofDay(chain)).rejects.toThrow('a provider lags behind its own list');
  });

  test('a provider is asked for eight transactions at once, and no more', async () => {
    const { proxies, behave, chain } = await twoProxies();
    const [proxy] = proxies;
    behave({ ...overAt(MIDNIGHT_S), ...(await sent(20, MIDNIGHT_S - 1)) });
    const lies = tells({ ...overAt(MIDNIGHT_S), ...(await sent(20, MIDNIGHT_S - 1)) });
    const held: (() => void)[] = [];
    proxy?.behave(async (call, ask, response) => {
      if (call.method === 'getTransaction') {
        await new Promise<void>((resolve) => {
          held.push(resolve);
          if (held.length === 8) for (const release of held) release();
        });
      }
      await lies(call, ask, response);
    });
    await expect(ofDay(chain)).rejects.toThrow('a provider lags behind its own list');
    expect(held).toHaveLength(8);
  });

  test('only what both the senders and the address have a part in is read', async () => {
    const { proxies, chain } = await twoProxies();
    const to = await bench.stranger();
    await bench.pay({ to: await bench.stranger(), units: UNITS });
    const { signature } = await bench.pay({ to, units: UNITS });
    finalize(bench.solana);
    expect(await chain.transfersTo(to, SOON)).toMatchObject([{ transaction: signature }]);
    for (const { calls } of proxies) {
      const read = calls.filter(({ method }) => method === 'getTransaction');
      expect(read.map(({ params: [id] }) => id)).toEqual([signature]);
    }
  });

  test('what a provider remembers may begin in the very second that is asked for', async () => {
    const { behave, chain } = await twoProxies();
    const attempt = await prepared();
    bench.solana.advance(EXPIRED + 33);
    behave({ getBlockTime: () => GENESIS_S + 60 });
    expect((await chain.fateOf(attempt)).is).toBe('gone');
    behave({ getBlockTime: () => GENESIS_S + 61 });
    await expect(chain.fateOf(attempt)).rejects.toThrow('a provider does not remember so long');
  });

  test('two providers may be 150 slots apart', async () => {
    const proxy = await bench.proxy();
    const chain = bench.chain([bench.solana.url, proxy.url]);
    const attempt = await prepared();
    const behind = (slots: number) =>
      tells({ getEpochInfo: (info) => ({ ...info, absoluteSlot: info.absoluteSlot - slots }) });
    proxy.behave(behind(150));
    expect(await chain.fateOf(attempt)).toEqual({ is: 'open' });
    proxy.behave(behind(151));
    await expect(chain.fateOf(attempt)).rejects.toThrow('a provider lags or leads by far');
  });

  test('what both give is final, also where both say that they do not know it', async () => {
    const { behave, chain } = await twoProxies();
    const { signature } = await bench.pay({ to: await bench.stranger(), units: UNITS });
    bench.solana.advance(EXPIRED + 33);
    behave({ getSignatureStatuses: (result: Told) => ({ ...result, value: [null] }) });
    expect(await chain.sightingOf(signature)).toMatchObject({ is: 'final' });
  });
});

const giveAway = (balances: { owner: string }[]) => {
  for (const balance of balances) balance.owner = 'So11111111111111111111111111111111111111112';
};
