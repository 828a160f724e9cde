/** The daily look at what left, as it is deployed: under its role, by the secret of the providers. */
import { expect, test } from 'vitest';
import { useAskedChain } from '../support/asked-chain.ts';
import { describeOnChain } from '../support/chain-engines.ts';
import { rpcFaults, SECRET_KEY } from '../support/rpc-proxy.ts';
import { useService } from '../support/service.ts';

describeOnChain('evm')('on a network whose chain is asked', () => {
  const environment = {};
  const chain = useAskedChain(environment);
  const service = useService({ environment });
  const lines = (event: string) =>
    service.logs.map((line) => JSON.parse(line).message).filter((line) => line.event === event);

  test('each of three days is compared', async () => {
    await chain?.finalize();
    await service.run('ReconcileOutflow');
    expect(lines('outflow_reconciled')).toEqual(
      Array.from({ length: 3 }, () => ({
        ...{ event: 'outflow_reconciled', network: 'polygon', day: expect.any(String) },
        ...{ transfers: 0, unexplained: 0, missing: 0 },
        ...{ chain_micro: '0', books_micro: '0', difference_micro: 0 },
      })),
    );
  });

  test('a run that has not compared all networks has failed, and says nothing secret', async () => {
    chain?.proxy.behave(rpcFaults.fails);
    service.logs.length = 0;
    await expect(service.run('ReconcileOutflow')).rejects.toThrow('not reconciled: polygon');
    expect(lines('chain_undecided')).toMatchObject([{ network: 'polygon' }]);
    expect(service.logs.join()).not.toContain(SECRET_KEY);
  });
});
