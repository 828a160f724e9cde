import {
  AuthorityType,
  getBatchInstruction,
  getBurnInstruction,
  getMintToInstruction,
  getRecoverNestedAssociatedTokenInstructionAsync,
  getSetAuthorityInstruction,
  getTransferInstruction,
} from '@solana-program/token';
import bs58 from 'bs58';
import { expect, test } from 'vitest';
import { TOKEN_PROGRAMS } from '../../../../infra/local/only-here/chains/litesvm.ts';
import {
  accountOf,
  fundedSigner,
  issueToken,
  memo,
  mint,
  openAccount,
  payments,
  transfer,
} from '../../../../infra/local/only-here/chains/solana-contracts.ts';
import { finalize } from '../../../../infra/local/only-here/chains/solana-rpc.ts';
import { solanaProvider } from '../../../../lib/networks/verify/solana-provider.ts';
import {
  readTransaction,
  type TransactionReply,
} from '../../../../lib/networks/verify/solana-transaction.ts';
import { UndecidedError } from '../../../../lib/settlement/on-chain.ts';
import { describeOnChain } from '../../../support/chain-engines.ts';
import { DECIMALS, TIMEOUT_MS, useSolana } from '../../../support/solana-bench.ts';

describeOnChain('solana')('a final transaction', () => {
  const bench = useSolana();
  const UNITS = 25_000_000n;
  const OTHER_ACCOUNT = new UndecidedError('an account of tokens changed its owner on the way');

  test('pays many owners, whose missing accounts it opens, each at a position of its own', async () => {
    const { token, payer } = bench;
    const owners = await Promise.all(Array.from({ length: 8 }, bench.stranger));
    const paid = owners.map((to, index) => ({ to, units: UNITS + BigInt(index) }));
    const { transfers, succeeded } = await bench.read(await payments(token, payer, paid));
    expect(succeeded).toBe(true);
    expect(transfers).toEqual(
      await Promise.all(
        paid.map(async ({ to, units }, index) => ({
          // Before each transfer comes the instruction that opens the account.
          position: (2 * index + 1) * 1000,
          ...{ token: token.mint, from: payer.address, to, units },
          account: await accountOf(token, to),
        })),
      ),
    );
  });

  test('pays one owner the same amount twice, by two transfers', async () => {
    const to = await bench.stranger();
    const twice = [
      { to, units: UNITS },
      { to, units: UNITS },
    ];
    const { transfers } = await bench.read(await payments(bench.token, bench.payer, twice));
    expect(transfers.map(({ position, units }) => ({ position, units }))).toEqual([
      { position: 1000, units: UNITS },
      { position: 3000, units: UNITS },
    ]);
  });

  test('tells slot, time, signature and memos', async () => {
    const { signature } = await bench.run([
      memo('one'),
      { ...memo('two'), programAddress: 'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo' as never },
    ]);
    finalize(bench.solana);
    const reply = await replyOf(signature);
    expect(readTransaction(reply, bench.token.mint)).toEqual({
      ...{ id: signature, block: reply.slot, succeeded: true, transfers: [], safeOutcomes: [] },
      at: new Date(Number(reply.blockTime) * 1000).toISOString(),
      memos: ['one', 'two'],
    });
  });

  test('that failed moved nothing, whatever it was told to', async () => {
    const owner = await bench.stranger();
    const all = await payments(bench.token, bench.payer, [
      { to: owner, units: UNITS },
      { to: owner, units: 10n ** 15n },
    ]);
    const read = await bench.read([...all, memo('never')]);
    expect(read).toMatchObject({ succeeded: false, transfers: [], memos: [] });
  });

  test('may be of transfers without a check, and of a batch of them', async () => {
    const { token, payer } = bench;
    const owners = [await bench.stranger(), await bench.stranger()];
    const accounts = await Promise.all(owners.map((owner) => accountOf(token, owner)));
    await bench.pay(...owners.map((to) => ({ to, units: 1n })));
    const unchecked = async (at: number, amount: bigint) =>
      getTransferInstruction({
        ...{ amount, authority: payer, source: await accountOf(token, payer.address) },
        destination: accounts[at] as (typeof accounts)[0],
      });
    const checked = await transfer(token, payer, accounts[1] ?? '', 7n);
    const { transfers } = await bench.read([
      await unchecked(0, 5n),
      getBatchInstruction([await unchecked(1, 6n), checked]),
    ]);
    expect(transfers.map(({ position, to, units }) => [position, to, units])).toEqual([
      [0, owners[0], 5n],
      [1000, owners[1], 6n],
      [1001, owners[1], 7n],
    ]);
  });

  test('moves by what one program tells another, and tells which owners', async () => {
    const { solana, token } = bench;
    const wallet = await fundedSigner(solana);
    const between = await accountOf(token, wallet.address);
    await mint(solana, token, wallet.address, 1n);
    await mint(solana, token, between, UNITS);
    const nested = { ownerTokenMintAddress: token.mint, nestedTokenMintAddress: token.mint };
    const { transfers } = await bench.read([
      memo('first'),
      await getRecoverNestedAssociatedTokenInstructionAsync({ ...nested, walletAddress: wallet }),
    ]);
    expect(transfers).toMatchObject([{ from: between, to: wallet.address, units: UNITS }]);
    expect(transfers[0]?.position).toBeGreaterThan(1000);
    expect(transfers[0]?.position).toBeLessThan(2000);
  });

  test('may be of another token, whose balances are nobody’s concern', async () => {
    const other = await issueToken(bench.solana, { decimals: DECIMALS });
    await mint(bench.solana, other, bench.payer.address, UNITS);
    const to = await bench.stranger();
    const burn = await burnOf(other, 1n);
    const paid = await payments(other, bench.payer, [{ to, units: 2n }]);
    const { transfers, memos } = await bench.read([...paid, burn, memo('beside')]);
    expect(transfers).toMatchObject([{ token: other.mint, to, units: 2n }]);
    expect(memos).toEqual(['beside']);
  });

  test('is not understood where balances change by anything but transfers', async () => {
    const { token, payer } = bench;
    const account = await accountOf(token, payer.address);
    const issued = { mint: token.mint, token: account, mintAuthority: token.issuer, amount: 1n };
    const owner = await fundedSigner(bench.solana);
    await bench.pay({ to: owner.address, units: 1n });
    const newOwner = getSetAuthorityInstruction({
      ...{ owned: await accountOf(token, owner.address), owner },
      ...{ authorityType: AuthorityType.AccountOwner, newAuthority: await bench.stranger() },
    });
    for (const instruction of [await burnOf(token, 1n), getMintToInstruction(issued)])
      await expect(bench.read([instruction])).rejects.toThrow(
        /^the balances of \w{80,90} changed by more than transfers$/,
      );
    await expect(bench.read([newOwner])).rejects.toThrow(OTHER_ACCOUNT);
  });

  test('is read alike where accounts come from a lookup table', async () => {
    const to = await bench.stranger();
    const { signature } = await bench.pay({ to, units: UNITS });
    finalize(bench.solana);
    const reply = await replyOf(signature);
    const { accountKeys } = reply.transaction.message;
    const inTables = structuredClone(reply);
    inTables.transaction.message.accountKeys = accountKeys.slice(0, -3);
    const [first, ...others] = accountKeys.slice(-3);
    inTables.meta.loadedAddresses = { writable: [first ?? ''], readonly: others };
    const { mint } = bench.token;
    expect(readTransaction(inTables, mint)).toEqual(readTransaction(reply, mint));
  });

  test('may say nothing of lookup tables, and then has no accounts but its own', async () => {
    const { signature } = await bench.pay({ to: await bench.stranger(), units: UNITS });
    finalize(bench.solana);
    const reply = await replyOf(signature);
    const untold = structuredClone(reply);
    delete untold.meta.loadedAddresses;
    const { mint } = bench.token;
    expect(readTransaction(untold, mint)).toEqual(readTransaction(reply, mint));
    const { accountKeys, instructions } = untold.transaction.message;
    for (const each of instructions) each.programIdIndex = accountKeys.length;
    expect(() => readTransaction(untold, mint)).toThrow(RangeError);
  });

  test('is not understood where less arrives than was sent, or an account is unknown', async () => {
    const to = await bench.stranger();
    const { signature } = await bench.pay({ to, units: UNITS });
    finalize(bench.solana);
    const reply = await replyOf(signature);
    const changed = (change: (copy: TransactionReply) => void) => {
      const copy = structuredClone(reply);
      change(copy);
      return () => readTransaction(copy, bench.token.mint);
    };
    const { accountKeys, instructions } = reply.transaction.message;
    const [own] = instructions;
    const received = reply.meta.postTokenBalances.findIndex(({ owner }) => owner === to);
    const inOtherToken = (at: number) =>
      changed(({ meta }) => {
        const balance = meta.postTokenBalances[at];
        if (balance) balance.mint = to;
      });
    for (const lie of [
      changed(({ meta }) => {
        const { uiTokenAmount } = meta.postTokenBalances[received] ?? {};
        if (uiTokenAmount) uiTokenAmount.amount = String(UNITS - 1n);
      }),
      changed(({ meta }) => void meta.postTokenBalances.splice(received, 1)),
      inOtherToken(received),
      // Another program may be told in the same words.
      changed(({ transaction }) => {
        const [, told] = transaction.message.instructions;
        if (told) told.programIdIndex = own?.programIdIndex ?? 0;
      }),
    ])
      expect(lie).toThrow(/^the balances of .* changed by more than transfers$/);
    expect(inOtherToken(1 - received)).toThrow(OTHER_ACCOUNT);
    expect(
      changed(({ transaction, meta }) => {
        delete meta.loadedAddresses;
        for (const each of transaction.message.instructions)
          each.programIdIndex = accountKeys.length;
      }),
    ).toThrow(new RangeError('a program that is no account of it'));
    const calling = (steps: number) =>
      changed(({ meta }) => {
        meta.innerInstructions = [{ index: 0, instructions: Array(steps).fill(own) }];
      });
    expect(calling(1000)).toThrow('too many steps');
    expect(calling(999)().transfers).toMatchObject([{ position: 1000, to, units: UNITS }]);
    // To any program but the one that knows batches, what begins like one is something else.
    const likeBatch = changed(({ transaction: { message } }) => {
      if (own) message.instructions[0] = { ...own, data: bs58.encode(Uint8Array.of(255, 1)) };
    });
    expect(likeBatch().transfers).toMatchObject([{ position: 1000, to, units: UNITS }]);
  });

  const replyOf = async (signature: string) => {
    const reply = await solanaProvider(bench.solana.url, TIMEOUT_MS).transaction(signature);
    return reply as TransactionReply;
  };
  const burnOf = async (token: typeof bench.token, amount: bigint) =>
    getBurnInstruction({
      ...{ mint: token.mint, authority: bench.payer, amount },
      account: await accountOf(token, bench.payer.address),
    });
});

describeOnChain('solana')('a final transaction of Token-2022', () => {
  const bench = useSolana(TOKEN_PROGRAMS[1]);

  test('pays alike, also where it says what its fee is and takes none', async () => {
    const to = await bench.stranger();
    const { token, payer } = bench;
    await bench.run([await openAccount(token, payer, to)]);
    const account = await accountOf(token, to);
    const { signature } = await bench.run([await transfer(token, payer, account, 3n)]);
    finalize(bench.solana);
    const reply = await solanaProvider(bench.solana.url, TIMEOUT_MS).transaction(signature);
    if (!reply) throw new Error('it is not final');
    const { transfers } = readTransaction(reply, token.mint);
    expect(transfers).toEqual([
      { position: 0, token: token.mint, from: payer.address, to, account, units: 3n },
    ]);
    // TransferCheckedWithFee: two bytes name it, then come units, decimals and fee.
    const [instruction] = reply.transaction.message.instructions;
    const withFee = [26, 1, 3, ...Array(7).fill(0), DECIMALS, ...Array(8).fill(0)];
    if (instruction) instruction.data = bs58.encode(Uint8Array.from(withFee));
    expect(readTransaction(reply, token.mint).transfers).toEqual(transfers);
    // What else concerns fees moves nothing: so nothing tells why balances changed.
    if (instruction) instruction.data = bs58.encode(Uint8Array.from(withFee.with(1, 4)));
    expect(() => readTransaction(reply, token.mint)).toThrow(UndecidedError);
  });
});
