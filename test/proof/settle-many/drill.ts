/**
 * The drill: hundreds of payouts over three networks, from the queue to `sent` by the operator's
 * command line, whose process is killed at random moments and begun again. In the end each was
 * paid once, by the one transaction of the one file that has it.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import bs58 from 'bs58';
import { checksummed } from '../../../lib/networks/evm.ts';
import { type Run, run } from '../../support/processes.ts';
import { Random } from '../simulator/history/random.ts';
import { Chain, transactionOf } from './chain.ts';
import { NETWORKS, type Operator, partsIn, settleAll } from './sitting.ts';

const PAYOUTS_OF_A_USER = 20;
const MICRO = 1_000_000n;

export interface DrillSettings {
  /** Where the API is. */
  url: string;
  /** A new user with so many micro-units; their cookie. */
  newUser: (availableMicro: bigint) => Promise<string>;
  payouts: number;
  kills: number;
  seed: number;
  report?: (line: string) => void;
  /** What the operator does, in which tests plant mistakes. */
  settle?: typeof settleAll;
}

export interface DrillResult {
  /** What is not as it must be, in words. */
  wrong: string[];
  /** How long the sitting took, with all that was begun again. */
  seconds: number;
  /** The commands that were killed. */
  killed: string[];
  parts: number;
}

export async function drill(settings: DrillSettings): Promise<DrillResult> {
  const { url, seed, report = () => undefined, settle = settleAll } = settings;
  const random = new Random(`settle-many ${seed}`);
  const users = await requestPayouts(settings, random);
  report(`${settings.payouts} payouts were requested by ${users.length} users`);
  const folder = await mkdtemp(join(tmpdir(), 'settle-many-'));
  try {
    const chain = new Chain();
    const killed: string[] = [];
    const startedMs = performance.now();
    const operator = commandLine(url, async (command, usualMs, running) => {
      if (killed.length >= settings.kills || !random.chance(KILL_CHANCE)) return;
      await Promise.race([setTimeout(random.integer(usualMs)), running.exitCode]);
      if (running.child.kill('SIGKILL')) killed.push(command);
    });
    // All over again until nothing stopped it, and until it was stopped as often as it should be.
    for (let isDone = false; !isDone || killed.length < settings.kills; ) {
      try {
        await settle(operator, folder, chain);
        isDone = true;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        report(`killed: ${error.message}`);
      }
    }
    const seconds = (performance.now() - startedMs) / 1000;
    const wrong = await verify(url, users, folder, chain);
    return { wrong, seconds, killed, parts: partsIn(folder).length };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** So that kills are spread over all kinds of commands, and over all that one does. */
const KILL_CHANCE = 0.4;
/** How long a command may take of which none has ended yet. */
const FIRST_MS = 2000;

class Killed extends Error {}

/**
 * The program itself, in a process of its own each time. Beside it runs `meanwhile`, which is told
 * how long the last such command took.
 */
function commandLine(
  url: string,
  meanwhile: (command: string, usualMs: number, running: Run) => Promise<void>,
): Operator {
  const usualMs = new Map<string | undefined, number>();
  return async (...args) => {
    const startedMs = performance.now();
    const running = run('infra/tools/operator-main.ts', args, { OPERATOR_API_URL: url });
    const shown = args.map((word) => basename(word)).join(' ');
    await meanwhile(shown, usualMs.get(args[0]) ?? FIRST_MS, running);
    const code = await running.exitCode;
    if (running.child.signalCode === 'SIGKILL') throw new Killed(shown);
    if (code !== 0) throw new Error(`${shown} ended with ${code}: ${running.errors()}`);
    usualMs.set(args[0], performance.now() - startedMs);
    return running.output();
  };
}

type User = { cookie: string };
type Listed = { id: string; network: string; address: string; amount_micro: number } & {
  status: string;
  tx_hash?: string;
};

async function ask(url: string, cookie: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(url + path, {
    method: body ? 'POST' : 'GET',
    headers: { cookie, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (response.status === 429) {
    await setTimeout(100);
    return ask(url, cookie, path, body);
  }
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/** Of amounts and to addresses that the seed decides, on the networks in turn. */
async function requestPayouts(
  { url, newUser, payouts }: DrillSettings,
  random: Random,
): Promise<User[]> {
  const users: User[] = [];
  for (let n = 0; n < payouts; n++) {
    if (n % PAYOUTS_OF_A_USER === 0)
      users.push({ cookie: await newUser(BigInt(PAYOUTS_OF_A_USER) * 100n * MICRO) });
    const network = NETWORKS[n % NETWORKS.length] as string;
    const amount_micro = 10_000_000 + random.integer(90_000_000);
    const body = { amount_micro, network, address: addressOn(network, random) };
    await ask(url, users.at(-1)?.cookie ?? '', '/v1/referrals/payouts', body);
  }
  return users;
}

function addressOn(network: string, random: Random): string {
  const bytes = Buffer.from(Array.from({ length: 32 }, () => random.integer(256)));
  if (network === 'solana') return bs58.encode(bytes);
  return `0x${checksummed(bytes.subarray(0, 20).toString('hex'))}`;
}

/** Everything that is not as it must be. */
async function verify(url: string, users: User[], folder: string, chain: Chain): Promise<string[]> {
  const wrong: string[] = [];
  const payouts: Listed[] = [];
  for (const { cookie } of users) {
    const page = await ask(url, cookie, '/v1/referrals/payouts?limit=200');
    payouts.push(...(page as { items: Listed[] }).items);
    const { balance } = (await ask(url, cookie, '/v1/referrals/me')) as {
      balance: Record<string, number>;
    };
    const own = (page as { items: Listed[] }).items;
    const sum = own.reduce((total, { amount_micro }) => total + amount_micro, 0);
    if (balance.paid_out_micro !== sum || balance.reserved_micro !== 0)
      wrong.push(`an account has ${JSON.stringify(balance)} for payouts of ${sum}`);
  }

  const parts = partsIn(folder);
  for (const { id, network, address, amount_micro, status, tx_hash } of payouts) {
    // A payout is known in a file by its address, which no two have in common.
    const inFiles = parts.filter((part) =>
      new RegExp(`${address.replace('0x', '')}`, 'i').test(readFileSync(part, 'utf8')),
    );
    if (inFiles.length !== 1) wrong.push(`${id} is in ${inFiles.length} files`);
    const hashes = inFiles.map((part) => transactionOf(part).hash);
    if (status !== 'sent' || !hashes.includes(tx_hash ?? ''))
      wrong.push(`${id} is ${status} by ${tx_hash}, on ${network} of ${amount_micro}`);
  }
  const asked = payouts.map(({ network, address, amount_micro }) => {
    return `${network === 'solana' ? address : address.toLowerCase()} ${amount_micro}`;
  });
  const paid = chain.transfers();
  const amiss = [
    ...asked.filter((payout) => !paid.includes(payout)),
    ...paid.filter((transfer) => !asked.includes(transfer)),
  ];
  if (paid.length !== asked.length || amiss.length > 0)
    wrong.push(
      `the chains paid ${paid.length} times for ${asked.length} payouts; amiss: ${amiss.join(', ')}`,
    );
  if (chain.landed.size !== parts.length)
    wrong.push(`${chain.landed.size} transactions of ${parts.length} files landed`);

  const expected =
    /^(ethereum|polygon|solana)-[\da-f]{8}(\.manifest\.json|-\d+-of-\d+\.(json|csv))$/;
  for (const name of await readdir(folder))
    if (!expected.test(name)) wrong.push(`the folder has ${name}`);
  return wrong;
}
