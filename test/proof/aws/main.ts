/** `npm run trial`: the stack on an AWS that others wrote, from bootstrap to the last resource. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { missingEngines } from '../../../infra/local/only-here/chains/chain-engines.ts';
import { synthesize } from '../../../infra/local/template/synthesize.ts';
import { print } from '../../../infra/problem.ts';
import type { Settings, Stage } from '../../../infra/settings.ts';
import { whenNpmEnds } from '../../../infra/surroundings.ts';
import { stageWith } from '../../support/synth.ts';
import { orUsage } from '../usage.ts';
import { hear, leaveToSweep, loseOne, reconcile } from './background.ts';
import { awsAt } from './calls.ts';
import { cdkAt } from './cdk.ts';
import { startChain, type TriedChain } from './chain-trial.ts';
import { bootstrap, deploy, deployAgain, destroy, madeAll } from './deployment.ts';
import { bridgeGaps, MET_IN } from './gaps.ts';
import { DAILY_LIMIT, liveThrough } from './life.ts';
import { listenTo } from './listener.ts';
import { Log } from './log.ts';
import { findMinistack, type Ministack, startMinistack } from './ministack.ts';
import { hire } from './rights.ts';
import { openStack } from './stack.ts';

/** What a stage may have beside what it needs. */
const OPTIONS: Partial<Stage> = {
  userDailyLimitMicro: DAILY_LIMIT,
  reconciliation: { segments: 3 },
};

const USAGE = `Usage: npm run trial

Deploys the stack by the CDK's command line to MiniStack, an AWS that others wrote, on this
machine; leads the money through its whole life there, and destroys the stack. Where there is no
ministack on the PATH, nothing is done.

Options
  --help   this

Exit code: 0 all went well, or nothing was done; 1 something did not; 2 the command line cannot be
used.`;

orUsage(USAGE, (args) => parseArgs({ args, options: {} }));

const program = findMinistack();
if (program === undefined) {
  print(
    'SKIPPED: there is no ministack on the PATH, so the stack is not tried on an AWS of others.',
  );
  process.exit(0);
}

const stopping = new AbortController();
const stop = () => stopping.abort();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
whenNpmEnds(stop);

const log = new Log();
try {
  const missing = missingEngines('evm');
  if (missing) print(`No chain is asked. ${missing}`);
  await using chain = missing ? undefined : await startChain();
  const settings = stageWith({ ...OPTIONS, ...chain?.options });
  using assembly = await synthesize(settings);
  await using ministack = await startMinistack(
    program,
    join(assembly.directory, 'ministack'),
    stopping.signal,
  );
  await tryOn(ministack, assembly.directory, settings, chain).catch((error) => {
    if (!stopping.signal.aborted) print(`MiniStack said last: ${ministack.output()}`);
    throw error;
  });
} catch (error) {
  log.fail('the trial', error);
}
print(log.summary);
process.exitCode = log.failed === 0 ? 0 : 1;

async function tryOn(
  { url, version }: Ministack,
  directory: string,
  settings: Settings,
  chain: TriedChain | undefined,
): Promise<void> {
  const { signal } = stopping;
  const cdk = cdkAt(url, join(directory, 'cdk'), signal);
  const aws = awsAt(url, signal);
  const { synthesized, kept, changes } = bridgeGaps(directory);
  print(`MiniStack ${version} at ${url}. Otherwise than on AWS, as met in ${MET_IN}:`);
  for (const change of changes) print(`  ${change}`);

  if (chain) await log.step('a secret with the providers of a chain', () => chain.tell(aws));
  await log.step('cdk bootstrap', () => bootstrap(cdk));
  const deployed = () => deploy(cdk, directory);
  const { name, outputs } = await log.step('cdk deploy', deployed, ({ name }) => name);
  await log.step('resources', async () => {
    const made = await madeAll(aws, name, kept);
    return `${made} deployed of ${synthesized} synthesized`;
  });

  using stack = openStack(url, outputs, signal);
  const listen = () => listenTo(stack.output('PayoutEventBusName'), aws);
  const listener = await log.step('a listener on the bus of payouts', listen);
  const hired = (name: string) => () => hire(name, stack.apiId, aws);
  const operator = await log.step('an operator', hired('trial-payer'), ({ arn }) => arn);
  const second = await log.step('another', hired('trial-approver'), ({ arn }) => arn);
  const swept = await leaveToSweep(stack);
  const life = await liveThrough(stack, aws, log, operator, second);
  await chain?.payThrough(stack, log, operator, life.payouts);
  await log.step('events out', () => hear(listener.queueUrl, aws, life));
  await log.step('the state machine', () => reconcile(stack, aws, chain ? 3 : 2));
  await log.step('a dead letter', () => loseOne(stack, aws, life));
  await log.step('cdk deploy, synthesized anew', async () => {
    using again = await synthesize(settings);
    bridgeGaps(again.directory);
    // It is gone as soon as this function is.
    return await deployAgain(cdk, again.directory);
  });
  await log.step('the sweep, by its rule', swept);
  await listener.leave();
  for (const each of [operator, second]) await each.leave();
  await log.step('cdk destroy', () => destroy(cdk, aws, directory, name));
}
