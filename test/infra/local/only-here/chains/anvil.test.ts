import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  type Anvil,
  anvilClient,
  FINAL_AFTER_BLOCKS,
  finalize,
  startAnvil,
} from '../../../../../infra/local/only-here/chains/anvil.ts';
import { enginePath } from '../../../../../infra/local/only-here/chains/chain-engines.ts';
import {
  deployDisperser,
  deployToken,
  disperseCall,
  fundedAccount,
  lower,
  mintCall,
  perform,
  transferCall,
} from '../../../../../infra/local/only-here/chains/evm-contracts.ts';
import {
  createSafe,
  deploySafeContracts,
  execCall,
  safeNonce,
  safeTransaction,
} from '../../../../../infra/local/only-here/chains/safe-wallet.ts';
import { describeOnChain } from '../../../../support/chain-engines.ts';
import { gone, spawnRun } from '../../../../support/processes.ts';

const FILE = join(import.meta.dirname, '../../../../../infra/local/only-here/chains/anvil.ts');

test('what is missing is named, with the command that installs it', () => {
  expect(() => enginePath('@foundry-rs/none/package.json')).toThrow(
    'There is no @foundry-rs/none/package.json: npm ci --prefix .ci/engines installs the chain engines.',
  );
});

describeOnChain('evm')('anvil', () => {
  const started = async (options: Partial<Parameters<typeof startAnvil>[0]> = {}) => {
    const anvil: Anvil = await startAnvil({ chainId: 137, ...options });
    onTestFinished(anvil.stop);
    return { anvil, client: anvilClient(anvil) };
  };

  test('mines only when it is told to, and calls final what is two blocks deep', async () => {
    const { client } = await started({ genesisS: 1_800_000_000 });
    expect(await client.getChainId()).toBe(137);
    await client.mine({ blocks: 5 });
    expect((await client.getBlock({ blockTag: 'finalized' })).number).toBe(
      5n - BigInt(FINAL_AFTER_BLOCKS),
    );
    await finalize(client);
    expect((await client.getBlock({ blockTag: 'finalized' })).number).toBe(6n);
    expect((await client.getBlock({ blockNumber: 0n })).timestamp).toBe(1_800_000_000n);
  });

  test('mines by itself at an interval', async () => {
    const { client } = await started({ blockTimeS: 1 });
    await expect.poll(() => client.getBlockNumber(), { timeout: 20_000 }).toBeGreaterThan(1n);
  });

  test('is gone after stop', async () => {
    const { anvil } = await started();
    await anvil.stop();
    await anvil.ended;
    await gone(anvil.url);
  });

  test('is gone when its parent is killed', async () => {
    const code = `import { startAnvil } from ${JSON.stringify(FILE)};
      console.log((await startAnvil({ chainId: 1 })).url);`;
    const parent = spawnRun(process.execPath, ['--input-type=module', '-e', code]);
    const url = (await parent.until(/http\S+\n/)).trim();
    expect(await anvilClient({ url }).getChainId()).toBe(1);
    parent.child.kill('SIGKILL');
    await once(parent.child, 'close');
    await gone(url);
  });
});

describeOnChain('evm')('contracts of others', () => {
  const prepared = async () => {
    const anvil = await startAnvil({ chainId: 1 });
    onTestFinished(anvil.stop);
    const client = anvilClient(anvil);
    const operator = await fundedAccount(client);
    const token = await deployToken(client, operator);
    return { client, operator, token };
  };
  const RECIPIENTS = Array.from(
    { length: 100 },
    (_, index) => `0x${(0xabc000 + index).toString(16).padStart(40, 'd')}` as const,
  );

  test('a Safe of which two of three sign pays a hundred in one MultiSend', async () => {
    const { client, operator, token } = await prepared();
    const contracts = await deploySafeContracts(client, operator);
    const owners = await Promise.all([1, 2, 3].map(() => fundedAccount(client)));
    const safe = await createSafe(client, operator, contracts, owners, 2);
    await perform(client, operator, mintCall(token, { to: safe, units: 1_000_000n }));
    const [first, ...rest] = RECIPIENTS.map((to) => transferCall(token, { to, units: 7n }));
    const transaction = await safeTransaction(client, contracts, safe, [first as never, ...rest]);
    const { logs } = await perform(client, operator, await execCall(transaction, owners.slice(1)));
    expect(logs.filter(({ address }) => lower(address) === token)).toHaveLength(100);
    expect(logs.at(-1)?.topics[1]).toBe(transaction.hash);
    expect(await safeNonce(client, safe)).toBe(1n);
  });

  test('one signature is too few for it', async () => {
    const { client, operator, token } = await prepared();
    const contracts = await deploySafeContracts(client, operator);
    const owners = await Promise.all([1, 2, 3].map(() => fundedAccount(client)));
    const safe = await createSafe(client, operator, contracts, owners, 2);
    const call = mintCall(token, { to: safe, units: 1n });
    const transaction = await safeTransaction(client, contracts, safe, [call]);
    const exec = await execCall(transaction, owners.slice(0, 1));
    await expect(perform(client, operator, exec)).rejects.toThrow('GS020');
  });

  test('a contract that holds tokens pays a hundred in one transaction', async () => {
    const { client, operator, token } = await prepared();
    const disperser = await deployDisperser(client, operator);
    await perform(client, operator, mintCall(token, { to: disperser, units: 1_000_000n }));
    const calls = RECIPIENTS.map((to) => transferCall(token, { to, units: 7n }));
    const call = await disperseCall(client, operator, disperser, calls);
    const { logs } = await perform(client, operator, call);
    expect(logs.filter(({ address }) => lower(address) === token)).toHaveLength(100);
  });
});
