import { beforeAll, describe, expect, test } from 'vitest';
import {
  fundedAccount,
  lower,
  type Signed,
  send,
  sign,
  transferCall,
} from '../../../../infra/local/only-here/chains/evm-contracts.ts';
import { transferFilter } from '../../../../lib/networks/verify/evm-logs.ts';
import { evmProvider } from '../../../../lib/networks/verify/evm-provider.ts';
import type { Fate } from '../../../../lib/settlement/on-chain.ts';
import { UndecidedError } from '../../../../lib/settlement/on-chain.ts';
import type { Attempt } from '../../../../lib/settlement/records.ts';
import { describeOnChain } from '../../../support/chain-engines.ts';
import {
  block,
  type Changed,
  changed,
  changedLogs,
  EVM_LIES,
  type Fates,
  isNumber,
  nonce,
  OTHER_ADDRESS,
  OTHER_HASH,
  receipt,
} from '../../../support/evm-lies.ts';
import { attemptOf, freshAddress, useEvmNetwork } from '../../../support/evm-network.ts';
import {
  lags,
  lies,
  only,
  type RpcFault,
  redirects,
  refuse,
  rpcFaults,
  SECRET_KEY,
} from '../../../support/rpc-proxy.ts';

const SINCE = '2026-01-01T00:00:00.000Z';
describeOnChain('evm')('a provider of an EVM chain', () => {
  const network = useEvmNetwork();
  const address = freshAddress();
  const attempts = {} as Record<Fates, Attempt>;
  const truth = {} as Record<Fates, Fate>;
  let pending: Signed;

  /** One that landed, one that it replaced, and one that nobody has sent. */
  beforeAll(async () => {
    const { client, token } = network;
    const account = await fundedAccount(client);
    await network.fund(account.address);
    const transfer = transferCall(token, { to: address, units: 25n });
    const landed = await send(client, account, transfer);
    const chosen = { nonce: landed.nonce, feeGwei: 20n };
    attempts.landed = attemptOf(landed);
    attempts.gone = attemptOf(await sign(client, account, transfer, chosen));
    attempts.open = attemptOf(await sign(client, account, transfer, { nonce: 9n, gas: 90_000n }));
    await network.finalize();
    pending = await send(client, account, transfer);
    for (const name of ['landed', 'gone', 'open'] as const)
      truth[name] = await network.chain.fateOf(attempts[name]);
    expect(Object.values(truth).map(({ is }) => is)).toEqual(['final', 'gone', 'open']);
  });

  const undecided = async (look: Promise<unknown>): Promise<UndecidedError> => {
    const error = await look.then(
      (found) => expect.fail(`decided: ${found}`),
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(UndecidedError);
    return error;
  };

  describe('that fails', () => {
    test.each(Object.entries(rpcFaults))(
      'as it %s decides nothing, and is asked once',
      async (name, fault) => {
        const isSilent = name === 'hangs' || name === 'stalls';
        const chain = network.openChain(isSilent ? { timeoutMs: 300 } : {});
        network.proxy.behave(fault);
        const before = network.proxy.calls.length;
        for (const attempt of Object.values(attempts)) await undecided(chain.fateOf(attempt));
        await undecided(chain.sightingOf(attempts.landed.id));
        await undecided(chain.transfersTo(address, SINCE));
        await undecided(chain.transfersWithin('2026-01-01', '2026-01-02'));
        expect(network.proxy.calls.length - before).toBe(6);
      },
    );

    test.each([
      ['eth_getBlockByNumber'],
      ['eth_getTransactionCount'],
      ['eth_getTransactionReceipt'],
      ['eth_getTransactionByHash'],
    ])('at %s alone decides nothing', async (method) => {
      for (const fault of Object.values(rpcFaults)) {
        if (fault === rpcFaults.hangs || fault === rpcFaults.stalls) continue;
        network.proxy.behave(only(method, fault));
        await undecided(network.chain.fateOf(attempts.gone));
      }
    });

    test('gives its key to nobody', async () => {
      for (const fault of [
        rpcFaults.fails,
        rpcFaults.throttles,
        rpcFaults.closes,
        rpcFaults['answers HTML'],
      ]) {
        network.proxy.behave(fault);
        const error = await undecided(network.openChain({}).fateOf(attempts.landed));
        expect(error.message).toBe('provider 2 of 2 gave no sound answer');
        expect(error.cause).toBeUndefined();
        expect(String(error.stack)).not.toContain(SECRET_KEY);
      }
    });

    test('is asked again by the next look, also for its chain', async () => {
      const chain = network.openChain({});
      network.proxy.behave(rpcFaults.fails);
      await undecided(chain.fateOf(attempts.landed));
      network.proxy.behave();
      expect(await chain.fateOf(attempts.landed)).toEqual(truth.landed);
      const asked = network.proxy.calls.filter(({ method }) => method === 'eth_chainId').length;
      await chain.fateOf(attempts.landed);
      expect(network.proxy.calls.filter(({ method }) => method === 'eth_chainId')).toHaveLength(
        asked,
      );
    });
  });

  test.each(EVM_LIES)('that %s decides nothing', async (_what, lie, about) => {
    network.proxy.behave(lie);
    await undecided(network.chain.fateOf(attempts[about]));
  });

  test.each(EVM_LIES)('that %s makes nothing dead, and nothing paid', async (_what, lie) => {
    network.proxy.behave(lie);
    for (const name of ['landed', 'gone', 'open'] as const) {
      const fate = await network.chain.fateOf(attempts[name]).catch((error) => error);
      if (!(fate instanceof UndecidedError))
        expect([truth[name], { is: 'open' }]).toContainEqual(fate);
    }
  });

  test.each([
    ['a final block', {}],
    // Where its nonce had been used before, it cannot be.
    ['a later block', { blockNumber: '0xffffff' }],
  ])('that has a transaction in %s, and no receipt, decides nothing', async (_what, where) => {
    const { proxy } = network;
    // Both agree that there is none: a receipt may take longer than a block. Only one has got it.
    const chain = network.openChain({ urls: [proxy.url, proxy.url] });
    let asked = 0;
    const placed = lies('eth_getTransactionByHash', (transaction) =>
      asked++ === 0 ? changed(where)(transaction) : null,
    );
    const unreceipted = receipt(() => null);
    proxy.behave((call, ...rest) =>
      (call.method === 'eth_getTransactionByHash' ? placed : unreceipted)(call, ...rest),
    );
    const error = await undecided(chain.fateOf(attempts.landed));
    expect(error.message).toBe('a transaction that is in a block has no receipt');
  });

  test('that names a block of another chain decides nothing, even where all do', async () => {
    const { proxy } = network;
    const chain = network.openChain({ urls: [proxy.url, proxy.url] });
    const other = { blockHash: OTHER_HASH };
    proxy.behave(receipt((found) => ({ ...changedLogs(other)(found), ...other })));
    const error = await undecided(chain.fateOf(attempts.landed));
    expect(error.message).toBe('something is said of a block of no chain');
  });

  describe('alone', () => {
    const provider = () => evmProvider(network.proxy.url, 10_000);
    const RANGE = { from: 1n, to: 100n };
    const filter = () => transferFilter(network.token, network.settings.senders);
    const logs = () => provider().logs(filter(), RANGE);
    const found = () => provider().receipt(attempts.landed.id);
    const change = (method: string, changes: Changed) => lies(method, changed(changes));
    const changeLog = (changes: Changed) =>
      lies('eth_getLogs', (all) =>
        (all as unknown as Changed[]).map((log) => ({ ...log, ...changes })),
      );

    type Case = [string, () => Promise<unknown>, RpcFault, string?];
    const garbled = (what: string, look: Case[1], fault: RpcFault): Case => [
      what,
      look,
      fault,
      'Invalid format',
    ];
    const NOT_ASKED_FOR = 'a provider gave logs not asked for';
    const OTHER_RECEIPT = 'a provider gave another receipt than was asked for';
    test.each<Case>([
      ['a log of another token', logs, changeLog({ address: OTHER_ADDRESS }), NOT_ASKED_FOR],
      ['a log of another event', logs, changeLog({ topics: [OTHER_HASH] }), NOT_ASKED_FOR],
      ['a log before the range', logs, changeLog({ blockNumber: '0x0' }), NOT_ASKED_FOR],
      ['a log beyond the range', logs, changeLog({ blockNumber: '0x65' }), NOT_ASKED_FOR],
      ['a log with half a byte', logs, changeLog({ data: '0x123' })],
      ['a log with words before its bytes', logs, changeLog({ data: 'so 0x12' })],
      ['a log with five topics', logs, changeLog({ topics: Array(5).fill(OTHER_HASH) })],
      [
        'the receipt of another',
        found,
        receipt(changed({ transactionHash: OTHER_HASH })),
        OTHER_RECEIPT,
      ],
      [
        'a receipt with logs of another',
        found,
        receipt(changedLogs({ transactionHash: OTHER_HASH })),
        OTHER_RECEIPT,
      ],
      [
        'a receipt with logs of another block',
        found,
        receipt(changedLogs({ blockHash: OTHER_HASH })),
        OTHER_RECEIPT,
      ],
      [
        'a receipt with logs of another height',
        found,
        receipt(changedLogs({ blockNumber: '0x1' })),
        OTHER_RECEIPT,
      ],
      [
        'a block of another height',
        () => provider().block(2n),
        block({ number: '0x3' }),
        'a provider gave another block than was asked for',
      ],
      ['a block of no time', () => provider().block(2n), block({ timestamp: '0xffffffffff' })],
      ...[`x${OTHER_HASH}`, `${OTHER_HASH}00`].map((hash) =>
        garbled('a block with more than a hash', () => provider().block(2n), block({ hash })),
      ),
      ...[`x${OTHER_ADDRESS}`, `${OTHER_ADDRESS}00`].map((from) =>
        garbled(
          'a transaction with more than an address',
          () => provider().transaction(attempts.landed.id),
          change('eth_getTransactionByHash', { from }),
        ),
      ),
      garbled(
        'a number with words before it',
        () => provider().chainId(),
        lies('eth_chainId', () => 'so 0x1'),
      ),
      garbled(
        'a nonce of a Safe with words before it',
        () => provider().safeNonce(OTHER_ADDRESS, 1n),
        lies('eth_call', () => `so ${OTHER_HASH}`),
      ),
      [
        'a nonce that is one more than anybody can have',
        () => provider().nonceOf(OTHER_ADDRESS, 1n),
        nonce('0x8000000000000000'),
      ],
      [
        'another transaction',
        () => provider().transaction(attempts.landed.id),
        change('eth_getTransactionByHash', { hash: OTHER_HASH }),
        'a provider gave another transaction than was asked for',
      ],
      [
        'a nonce that nobody can have',
        () => provider().nonceOf(OTHER_ADDRESS, 1n),
        nonce(`0x${'f'.repeat(16)}`),
      ],
      [
        'half a word for the nonce of a Safe',
        () => provider().safeNonce(OTHER_ADDRESS, 1n),
        lies('eth_call', () => '0x05'),
      ],
    ])('is not believed %s', async (_what, look, fault, message) => {
      await look();
      network.proxy.behave(fault);
      await expect(look()).rejects.toThrow(message);
    });

    test('is asked for a block by its number in hex', async () => {
      await provider().block(2n);
      expect(network.proxy.calls.at(-1)?.params).toEqual(['0x2', false]);
    });

    test('sends nobody on to another address', async () => {
      network.proxy.behave(redirects(network.url));
      await expect(provider().chainId()).rejects.toThrow();
    });

    test('is asked once for logs where it does not refuse but fail', async () => {
      network.proxy.behave(rpcFaults.fails);
      const before = network.proxy.calls.length;
      await expect(logs()).rejects.toThrow();
      expect(network.proxy.calls.length - before).toBe(1);
    });
  });

  test('of another chain decides nothing', async () => {
    network.proxy.behave(lies('eth_chainId', () => '0x1'));
    await undecided(network.openChain({}).fateOf(attempts.landed));
    const { url } = network.proxy;
    const error = await undecided(network.openChain({ urls: [url, url] }).fateOf(attempts.landed));
    expect(error.message).toBe('this is another chain');
  });

  test('that lags delays', async () => {
    network.proxy.behave(lags(3n));
    expect(await network.chain.fateOf(attempts.landed)).toEqual({ is: 'open' });
    expect(await network.chain.fateOf(attempts.gone)).toEqual({ is: 'open' });
    const { id, sender, nonce } = attempts.landed;
    expect(await network.chain.sightingOf(id)).toEqual({ is: 'pending', sender, nonce });
    expect(await network.chain.transfersTo(address, SINCE)).toEqual([]);
    network.proxy.behave();
    expect(await network.chain.fateOf(attempts.landed)).toEqual(truth.landed);
  });

  test('that calls more final than the others do changes nothing', async () => {
    const { client, proxy, chain } = network;
    const { number } = await client.getBlock({ blockTag: 'latest' });
    const { hash } = pending;
    await client.mine({ blocks: 1 });
    proxy.behave(
      lies('eth_getBlockByNumber', (result, call) =>
        isNumber(call) ? result : { ...result, number: `0x${(number + 1n).toString(16)}` },
      ),
    );
    expect(await chain.fateOf(attemptOf(pending))).toEqual({ is: 'open' });
    expect(await chain.sightingOf(hash)).toMatchObject({ is: 'pending' });
  });

  describe('that is asked who sends what is not final', () => {
    const sighting = () => network.chain.sightingOf(pending.hash);
    const known = (change: Changed) => lies('eth_getTransactionByHash', changed(change));

    test('may not know it', async () => {
      network.proxy.behave(lies('eth_getTransactionByHash', () => null));
      const { sender, nonce } = pending;
      expect(await sighting()).toEqual({ is: 'pending', sender, nonce });
    });

    test.each([
      ['another sender', { from: OTHER_ADDRESS }],
      ['another nonce', { nonce: '0x63' }],
      ['another contract to call', { to: OTHER_ADDRESS }],
    ])('and names %s than the others decides nothing', async (_what, change) => {
      network.proxy.behave(known(change));
      const error = await undecided(sighting());
      expect(error.message).toBe('the providers do not agree on who sends it');
    });

    test.each([
      ['no sender', { from: null }],
      ['a nonce below zero', { nonce: '-0x1' }],
      ['another transaction', { hash: OTHER_HASH }],
    ])('and names %s decides nothing', async (_what, change) => {
      network.proxy.behave(known(change));
      await undecided(sighting());
    });
  });

  describe('that is asked for logs', () => {
    const transfers = () => network.chain.transfersTo(address, SINCE);
    const logs = (change: (logs: Changed[]) => unknown) =>
      lies('eth_getLogs', (found) => change(found as unknown as Changed[]));
    const isWider = (blocks: bigint, { fromBlock, toBlock }: Record<string, string>) =>
      BigInt(String(toBlock)) - BigInt(String(fromBlock)) >= blocks;
    const refusing =
      (code: number, blocks: bigint): RpcFault =>
      async ({ method, params }, ask, response) => {
        if (method === 'eth_getLogs' && isWider(blocks, params[0] as never))
          return refuse(response, code, 'query returned more than 10000 results', 400);
        return lies('', () => null)({ method, params }, ask, response);
      };

    test.each([[-32005], [-32602], [-32000], [35]])(
      'and refuses a range by %i is asked for parts of it',
      async (code) => {
        const found = await transfers();
        expect(found).toMatchObject([{ from: lower(String(attempts.landed.sender)), units: 25n }]);
        network.proxy.behave(refusing(code, 3n));
        expect(await transfers()).toEqual(found);
      },
    );

    test('and refuses each is not asked for ever', async () => {
      await network.client.mine({ blocks: 200 });
      network.proxy.behave(refusing(-32005, 0n));
      const before = network.proxy.calls.length;
      await undecided(transfers());
      const asked = network.proxy.calls.slice(before);
      expect(asked.filter(({ method }) => method === 'eth_getLogs').length).toBeLessThan(12);
    });

    test('and refuses all but single blocks is not asked for each', async () => {
      await network.client.mine({ blocks: 200 });
      network.proxy.behave(refusing(-32005, 1n));
      await undecided(transfers());
    });

    test.each<[string, (found: Changed[]) => unknown]>([
      ['leaves one out', () => []],
      ['makes one up', ([log]) => [log, { ...log, logIndex: '0x9' }]],
      ['gives one of another token', ([log]) => [{ ...log, address: OTHER_ADDRESS }]],
      ['gives one of no block yet', ([log]) => [{ ...log, blockNumber: null }]],
      ['gives one beyond the range', ([log]) => [{ ...log, blockNumber: '0xffffff' }]],
      ['gives none that are a list', () => ({})],
      ['gives null', () => null],
    ])('and %s decides nothing', async (_what, change) => {
      network.proxy.behave(logs(change));
      await undecided(transfers());
    });

    test('may give them in another order', async () => {
      const { client, payer, token } = network;
      const to = freshAddress();
      for (const units of [1n, 2n, 3n])
        await send(client, payer, transferCall(token, { to, units }));
      await network.finalize();
      network.proxy.behave(logs((found) => found.toReversed()));
      const units = (await network.chain.transfersTo(to, SINCE)).map(({ units }) => units);
      expect(units).toEqual([1n, 2n, 3n]);
    });
  });
});
