/** `CHAINS=1 npm start` as a person meets it: a process of its own, spoken to over HTTP. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  onTestFinished,
  test,
} from 'vitest';
import { DEMO } from '../../../../../infra/local/only-here/sign-in.ts';
import { connect } from '../../../../../infra/tools/operator/operator-requests.ts';
import { parseJson, stringifyJson } from '../../../../../lib/json.ts';
import type { PayoutWithHistory } from '../../../../../lib/settlement/payout-with-history.ts';
import { describeOnChain } from '../../../../support/chain-engines.ts';
import { patience } from '../../../../support/patience.ts';
import { commandOf, descendants, isRunning, type Run, run } from '../../../../support/processes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chains-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const READY = /Ready at (http:\/\/127\.0\.0\.1:\d+)\n[\s\S]*Ctrl-C ends everything\.\n/;
const urlOf = (output: string): string => output.match(READY)?.[1] ?? '';

const start = (env: NodeJS.ProcessEnv = {}): Run =>
  run('infra/local/main.ts', [], { PORT: '0', CHAINS: '1', ASSEMBLY: '', ...env });

/** Ended with the test, whatever becomes of it. */
function startHere(env: NodeJS.ProcessEnv = {}): Run {
  const main = start({ TMPDIR: folder, ...env });
  onTestFinished(async () => {
    main.child.kill('SIGKILL');
    await main.exitCode;
  });
  return main;
}

type Paid = { payout_id: string; transaction: string; final_after: bigint };
type Payment = Paid & { block?: bigint; confirmations?: bigint };

const ADDRESS = {
  solana: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  ethereum: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  polygon: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
};
const NETWORKS = ['ethereum', 'polygon', 'solana'] as const;
type Network = (typeof NETWORKS)[number];

describeOnChain('evm', 'solana')('with chains', { tags: 'heavy' }, () => {
  let main: Run;
  let url: string;
  beforeAll(async () => {
    main = start();
    url = urlOf(await main.until(READY));
  });
  afterAll(async () => {
    main.child.kill('SIGTERM');
    expect(await main.exitCode).toBe(0);
  });

  const call = async (path: string, body?: object) => {
    const response = await fetch(url + path, {
      ...(body && { method: 'POST', body: stringifyJson(body) }),
      headers: { cookie: `nl_session=${DEMO.token}`, 'content-type': 'application/json' },
    });
    return { status: response.status, json: parseJson(await response.text()) };
  };
  const requested = async (network: Network, address = ADDRESS[network]): Promise<string> => {
    const asked = { amount_micro: 10_000_000n, network, address };
    const { json } = await call('/v1/referrals/payouts', asked);
    return (json as { id: string }).id;
  };
  const pay = (payoutId: string, more: object = {}) =>
    call('/_local/payments', { payout_id: payoutId, ...more });
  const PAYOUTS = '/v1/admin/referrals/payouts';
  const shown = async (id: string): Promise<PayoutWithHistory> => {
    const { json } = await connect({ url })({ method: 'GET', path: `${PAYOUTS}/${id}` });
    return json as PayoutWithHistory;
  };
  const paymentOf = async (payoutId: string): Promise<Payment | undefined> => {
    const { items } = (await call('/_local/payments')).json as { items: Payment[] };
    return items.find(({ payout_id }) => payout_id === payoutId);
  };
  const available = async (): Promise<bigint> => {
    const { json } = await call('/v1/referrals/me');
    return (json as { balance: { available_micro: bigint } }).balance.available_micro;
  };
  const settled = { timeout: patience(60_000), interval: 200 };

  test.for(NETWORKS)('on %s a payment is final, then sent, with its evidence', async (network) => {
    const id = await requested(network);
    const { status, json } = await pay(id);
    expect(status).toBe(202);
    const { transaction, final_after } = json as Paid;
    const [attempt] = (await shown(id)).attempts ?? [];
    expect(attempt).toMatchObject({
      state: 'open',
      kind: network === 'ethereum' ? 'safe' : expect.any(String),
    });
    await expect.poll(async () => (await shown(id)).status, settled).toBe('sent');
    const { tx_hash, evidence, history } = await shown(id);
    expect(tx_hash).toBe(transaction);
    expect(history.map(({ by }) => by.replace(/^.*\//, ''))).toEqual(['user', 'local', 'chain']);
    const { block, confirmations } = (await paymentOf(id)) as Required<Payment>;
    expect(evidence).toMatchObject({ block, position: expect.any(BigInt) });
    expect(confirmations).toBeGreaterThanOrEqual(final_after);
  });

  test.for(NETWORKS)('on %s one that fails is dead, and is given back', async (network) => {
    const before = await available();
    const id = await requested(network);
    expect((await pay(id, { fails: true })).status).toBe(202);
    const proof = async () => (await shown(id)).attempts?.[0]?.proof?.cause;
    await expect.poll(proof, settled).toBe(network === 'ethereum' ? 'safe_failed' : 'reverted');
    const { status, attempts } = await shown(id);
    expect([status, attempts?.[0]?.state]).toEqual(['processing', 'dead']);
    const body = { note: 'It cannot be paid.' };
    const path = `${PAYOUTS}/${id}/failed`;
    expect((await connect({ url })({ method: 'POST', path, body })).status).toBe(200);
    expect(await available()).toBe(before);
  });

  test('payments of one amount to one address at once are one transfer each', async () => {
    const address = `0x${randomBytes(20).toString('hex')}`;
    const ids = await Promise.all([1, 2, 3].map(() => requested('ethereum', address)));
    const paid = await Promise.all(ids.map((id) => pay(id)));
    expect(paid.map(({ status }) => status)).toEqual([202, 202, 202]);
    const statuses = () => Promise.all(ids.map(async (id) => (await shown(id)).status));
    await expect.poll(statuses, settled).toEqual(['sent', 'sent', 'sent']);
  });

  test('what the API refuses, the payer is refused, and nothing is sent', async () => {
    const id = await requested('solana');
    await pay(id);
    const twice = await pay(id);
    expect([twice.status, twice.json]).toMatchObject([409, { error: 'payout_may_be_sent' }]);
    const other = await pay(id, { operator: 'ann' });
    expect([other.status, other.json]).toMatchObject([409, { error: 'payout_not_actionable' }]);
    // No id of ours: of any other, an index that lags may not know yet.
    const unknown = await pay(randomUUID());
    expect([unknown.status, unknown.json]).toMatchObject([404, { error: 'payout_not_found' }]);
    expect((await pay('no-id')).status).toBe(400);
    const { items } = (await call('/_local/payments')).json as { items: Paid[] };
    expect(items.filter(({ payout_id }) => payout_id === id)).toHaveLength(1);
  });

  test('no line of the log names a provider', async () => {
    const log = (await main.until(/payouts_looked_at/)).replace(READY, '') + main.errors();
    expect(log).not.toMatch(/127\.\d+\.\d+\.\d+:\d+/);
  });
});

describeOnChain('evm', 'solana')('of chains nothing is left', { tags: 'heavy' }, () => {
  const isAnvil = (pid: number) => /^[^\0]*anvil\0/.test(commandOf(pid));

  test.skipIf(process.platform !== 'linux').for(['SIGINT', 'SIGKILL'] as const)(
    'by %s',
    async (signal) => {
      const main = startHere();
      await main.until(READY);
      const processes = descendants(main.child.pid as number);
      expect(processes.filter(isAnvil)).toHaveLength(2);
      main.child.kill(signal);
      await main.exitCode;
      while (processes.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, 10));
      // What a kill leaves of the assembly the next start clears away, as without chains.
      if (signal === 'SIGINT') expect(readdirSync(folder)).toEqual([]);
    },
  );

  test.skipIf(process.platform !== 'linux')(
    'where a node dies, and one sentence says so',
    async () => {
      const main = startHere();
      await main.until(READY);
      const [node] = descendants(main.child.pid as number).filter(isAnvil);
      process.kill(node as number, 'SIGKILL');
      expect(await main.exitCode).toBe(1);
      expect(main.errors()).toBe('A chain ended unexpectedly.\n');
    },
  );
});

describe('one clear sentence and a non-zero exit', () => {
  const refused = async (env: NodeJS.ProcessEnv) => {
    const main = startHere(env);
    expect(await main.exitCode).toBe(1);
    expect(main.output()).toBe('');
    expect(main.errors().trim().split('\n')).toHaveLength(1);
    return main.errors();
  };

  test('for engines that are missing, with the command that installs them', async () => {
    const preload = join(folder, 'preload.cjs');
    // As on a machine that has none, wherever these are installed.
    writeFileSync(
      preload,
      `const Module = require('node:module');
       const resolve = Module._resolveFilename;
       Module._resolveFilename = function (name, ...rest) {
         if (/litesvm|anvil|safe-contracts|openzeppelin/.test(name)) throw new Error('not found');
         return resolve.call(this, name, ...rest);
       };`,
    );
    expect(await refused({ NODE_OPTIONS: `--require ${preload}` })).toMatch(
      /^Chain engines are missing \(@foundry-rs\/anvil-\S+, @safe-global\/safe-contracts, @openzeppelin\/contracts, litesvm\): npm ci --prefix \.ci\/engines installs them\.\n$/,
    );
  });

  test('for CHAINS="yes"', async () =>
    expect(await refused({ CHAINS: 'yes' })).toContain('CHAINS must be 1 or left out'));

  test.each(['ASSEMBLY', 'DATA_FILE'])('for what would be kept beside it, by %s', async (name) =>
    expect(await refused({ [name]: join(folder, 'kept') })).toContain(`leave ${name} out`),
  );
});

test('without CHAINS nothing of it is there', async () => {
  const main = startHere({ CHAINS: '', ASSEMBLY: inject('assembly') });
  const url = urlOf(await main.until(READY));
  expect(main.output()).not.toMatch(/chain|payer/i);
  expect((await fetch(`${url}/_local/payments`)).status).toBe(404);
  const page = await (await fetch(`${url}/_local/playground/page.js`)).text();
  expect(page).not.toContain('Pay on the chain');
});
