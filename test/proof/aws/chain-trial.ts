/** A payout whose chain is asked: its own node, the secret of its providers, and the settling. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { anvilClient, finalize, startAnvil } from '../../../infra/local/only-here/chains/anvil.ts';
import {
  deployToken,
  fundedAccount,
  lower,
  mintCall,
  perform,
  send,
  transferCall,
} from '../../../infra/local/only-here/chains/evm-contracts.ts';
import type { Stage } from '../../../infra/settings.ts';
import { startRpcProxy } from '../../support/rpc-proxy.ts';
import { ADDRESSES, PAST, PATHS } from '../../support/samples.ts';
import { type Aws, seen } from './calls.ts';
import { granted, type Life, UNIT } from './life.ts';
import type { Log } from './log.ts';
import type { Operator } from './rights.ts';
import type { Stack } from './stack.ts';

const SECRET = 'payouts/providers';
const NETWORK = 'ethereum';
const DECIMALS = 6;

export type TriedChain = Awaited<ReturnType<typeof startChain>>;

/** A chain with a token and somebody who pays, and the stage that asks it, of two providers. */
export async function startChain() {
  const anvil = await startAnvil({ chainId: 1 });
  const other = await startRpcProxy(anvil.url);
  const client = anvilClient(anvil);
  const payer = await fundedAccount(client);
  const token = await deployToken(client, payer);
  await perform(client, payer, mintCall(token, { to: lower(payer.address), units: 1000n * UNIT }));

  return {
    options: {
      tokens: { [NETWORK]: { token, decimals: DECIMALS } },
      verifiers: { secret: SECRET, senders: { [NETWORK]: [payer.address] } },
    } satisfies Partial<Stage>,
    /** As the runbook has it, by hand. */
    tell: async (aws: Aws): Promise<string> => {
      const SecretString = JSON.stringify({ [NETWORK]: [anvil.url, other.url] });
      const input = { Name: SECRET, SecretString, ClientRequestToken: randomUUID() };
      await aws('secretsmanager', { target: 'secretsmanager.CreateSecret', input });
      return SECRET;
    },
    /** Pays a payout; what becomes of it, the stack finds out by itself. */
    payThrough: async (
      stack: Stack,
      log: Log,
      as: Operator,
      payouts: Life['payouts'],
    ): Promise<void> => {
      const userId = randomUUID();
      const cookie = await stack.signIn(userId);
      await stack.bill(granted(userId, 'on-chain', 30n * UNIT, PAST));
      const address = ADDRESSES[NETWORK];
      const ask = async (request: string, status: number, body?: object) => {
        const asked = request.includes('/admin/') ? { as } : { cookie };
        const answer = await stack.ask(request, { ...asked, ...(body && { body }) });
        return answer.status === status && answer;
      };
      const wanted = { amount_micro: 20n * UNIT, network: NETWORK, address };
      const { json } = await seen('the reward', () => ask(`POST ${PATHS.payouts}`, 202, wanted));
      const { id } = json as { id: string };
      const step = (name: string, path: string, status: number, body: object) =>
        log.step(name, async () => {
          const answer = await ask(`POST ${PATHS.queue}/${id}/${path}`, status, body);
          assert.ok(answer, `${path} was not answered with ${status}`);
          return answer.text;
        });

      await step('a claim, to pay on chain', 'processing', 200, {});
      const payment = transferCall(token, { to: lower(address), units: wanted.amount_micro });
      const { hash, sender, nonce } = await send(client, payer, payment);
      const attempt = { kind: 'evm', hash, sender, nonce };
      await step('its attempt', 'attempts', 200, attempt);
      await step('sent, before it is final', 'sent', 409, { tx_hash: hash });
      await finalize(client);
      await log.step('sent by the chain, once it is final', () =>
        seen('the settling', async () => {
          const answer = await ask(`GET ${PATHS.queue}/${id}`, 200);
          assert.ok(answer);
          const payout = answer.json as { status: string };
          if (payout.status !== 'sent') return false;
          const history = [{ status: 'requested' }, { status: 'processing' }, { by: 'chain' }];
          assert.partialDeepStrictEqual(payout, { tx_hash: hash, history });
          return answer.text;
        }),
      );
      payouts[id] = ['requested', 'processing', 'sent'];
    },
    [Symbol.asyncDispose]: async () => {
      await other.close();
      await anvil.stop();
    },
  };
}
