/** A provider that lies, lags, hangs or answers garbage beside an honest one: nothing is decided. */
import { expect, test } from 'vitest';
import { describeOnChain } from '../../support/chain-engines.ts';
import { lags, lies, only, type RpcFault, rpcFaults } from '../../support/rpc-proxy.ts';
import { GAS, paymentsOn } from './payments.ts';
import { alarmsOf, useProof } from './proof-desk.ts';

const MUCH = 10n ** 15n;

describeOnChain('evm')('of two providers one', () => {
  const desk = useProof('ethereum');
  const pay = paymentsOn(desk, 'ethereum');
  const side = () => desk.sides.ethereum;

  /** Final on the chain: one that has paid, one that was reverted; and one that was never sent. */
  const three = async () => {
    const paid = await pay.signed();
    await pay.send(paid.signed);
    const dead = await pay.signed({ units: MUCH, gas: GAS });
    await pay.send(dead.signed);
    await side().finalize();
    const open = await pay.signed();
    return { paid, dead, open };
  };
  type Three = Awaited<ReturnType<typeof three>>;

  /** The receipt of what has paid, under the name of what was never sent. */
  const inventing =
    ({ paid, open }: Three): RpcFault =>
    async ({ method, params }, ask, response) => {
      const isAsked = method === 'eth_getTransactionReceipt' && params[0] === open.signed.hash;
      const text = JSON.stringify(await ask(method, isAsked ? [paid.signed.hash] : params));
      const named = isAsked ? text.replaceAll(paid.signed.hash, open.signed.hash) : text;
      response.writeHead(200).end(`{"jsonrpc":"2.0","id":1,"result":${named}}`);
    };

  type Name = keyof Three;
  const ALL: Name[] = ['paid', 'dead', 'open'];
  /** Of whom it says something else than the other: what both say is decided as ever. */
  const FAULTS: [what: string, about: Name[], fault: (payouts: Three) => RpcFault][] = [
    [
      'lies that nothing has landed',
      ['paid', 'dead'],
      () => lies('eth_getTransactionReceipt', () => null),
    ],
    [
      'lies that all was reverted',
      ['paid'],
      () => lies('eth_getTransactionReceipt', (it) => ({ ...it, status: '0x0', logs: [] })),
    ],
    ['lies that all has paid', ['open'], inventing],
    ['lies that every nonce has passed', ALL, () => lies('eth_getTransactionCount', () => '0xff')],
    ['lags', ALL, () => lags(3n)],
    ['hangs', ALL, () => only('eth_getTransactionReceipt', rpcFaults.hangs)],
    ['answers garbage', ALL, () => rpcFaults['answers HTML']],
  ];

  test.each(FAULTS)('%s', async (what, about, faultFor) => {
    const payouts = await three();
    const { paid, dead, open } = payouts;
    for (const proxy of side().providers) {
      proxy.behave(faultFor(payouts));
      const lines = await desk.settle();
      proxy.behave();
      expect(alarmsOf(lines)).toEqual([]);
      // Who lags only says later what the other says now.
      const undecided = lines.filter(({ event }) => event === 'chain_undecided');
      expect(undecided.map(({ id }) => id).sort()).toEqual(
        what === 'lags' ? [] : about.map((name) => payouts[name].id).sort(),
      );
      for (const name of about)
        expect([name, await desk.outcome(payouts[name].id)]).toEqual([
          name,
          {
            ...{ status: 'processing', refund: 'payout_may_be_sent', attempts: ['open'] },
            review: undefined,
          },
        ]);
    }
    expect((await desk.settle()).at(-1)).toMatchObject({ undecided: 0, reviews: 0 });
    expect(await desk.show(paid.id)).toMatchObject({ status: 'sent', tx_hash: paid.signed.hash });
    expect(await desk.outcome(dead.id)).toMatchObject({
      ...{ refund: 'allowed', attempts: ['dead reverted'] },
    });
    await pay.send(open.signed);
    await side().finalize();
    await desk.settle();
    expect(await desk.show(open.id)).toMatchObject({ status: 'sent', tx_hash: open.signed.hash });
  });
});
