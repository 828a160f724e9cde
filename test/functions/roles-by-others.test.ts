/**
 * The roles of the functions before judges that others wrote: `roles.test.ts` has them judged by
 * what this project itself knows of IAM. Skipped where the others are not installed.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { FUNCTION_NAMES } from '../../infra/compute/catalogue.ts';
import { MINISTACK, MISSING, ministackFolder } from '../proof/engines/ministack.ts';
import { useAskedChain } from '../support/asked-chain.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import type { Access } from '../support/roles/accesses.ts';
import { isAllowed, rolesOf, type Statement, singly, templateIn } from '../support/roles/policy.ts';
import {
  arnOf,
  documentOf,
  type RoleSessions,
  startRoleSessions,
} from '../support/roles/role-sessions.ts';
import { ON_CHAIN, walksOf, withLimits } from '../support/roles/walk.ts';
import { useService } from '../support/service.ts';

const ATTRIBUTES = 'dynamodb:Attributes';
const ENCLOSING = 'dynamodb:EnclosingOperation';

const roles = rolesOf(templateIn(inject('assembly')));
const isOnTable = ({ resources }: Statement) => /Table\.Arn/.test(String(resources));
const environment = withLimits();

if (ministackFolder === undefined) console.warn(MISSING);

describe.skipIf(ministackFolder === undefined)('judged by others', () => {
  beforeAll(() => {
    vi.stubEnv('DYNAMODB_ENGINE', MINISTACK);
    vi.stubEnv('AUTH', 'true');
    return () => void vi.unstubAllEnvs();
  });
  const chain = useAskedChain(environment);
  const walked = FUNCTION_NAMES.filter((name) => chain || !ON_CHAIN.includes(name));
  const sessions = {} as RoleSessions;
  const proxy = {} as FaultProxy;
  const service = useService({
    environment,
    databaseFor: async (endpoint) => {
      // ministack knows no attributes but those of a projection, and so denies what needs others.
      Object.assign(sessions, await startRoleSessions(endpoint, roles, ATTRIBUTES));
      return Object.assign(proxy, await startFaultProxy(sessions.url)).url;
    },
  });
  afterAll(() => Promise.all([proxy.close(), sessions.close()]));
  const walks = walksOf(service, proxy, chain);

  test.each(walked)('%s is denied nothing that it does', async (name) => {
    await walks[name]();
    expect(sessions.denied).toEqual([]);
  });

  test.each(walked.filter((name) => roles[name].some(isOnTable)))(
    '%s is denied any one action that it is not granted',
    async (name) => {
      const grants = singly(roles[name]);
      for (const grant of grants.filter(isOnTable)) {
        sessions.denied.length = 0;
        const others = grants.filter((each) => each !== grant);
        await sessions.attach(name, others);
        await walks[name]().catch(() => undefined);
        const [action, resource] = [String(grant.actions), String(grant.resources)];
        expect(sessions.denied).toContainEqual({
          by: name,
          message: expect.stringContaining(`not authorized to perform: ${action} `),
          accesses: expect.arrayContaining([expect.objectContaining({ action, resource })]),
        });
      }
      await sessions.attach(name, roles[name]);
      sessions.denied.length = 0;
    },
  );

  /** By role and access: what ministack says, and what moto says, who knows no conditions. */
  const othersOn = (accesses: Access[]): Record<string, [boolean, boolean][]> => {
    const input = JSON.stringify({
      policies: FUNCTION_NAMES.map((name) => documentOf(roles[name])),
      accesses: accesses.map(({ action, resource, context }) => ({
        action,
        resource: arnOf(resource),
        // A key without a value is none.
        context: Object.fromEntries(Object.entries(context).filter(([, { length }]) => length > 0)),
      })),
    });
    const script = join(import.meta.dirname, '../support/roles/judges.py');
    const { stdout, stderr } = spawnSync(join(String(ministackFolder), 'python3'), [script], {
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (!stdout) throw new Error(stderr);
    const verdicts = JSON.parse(stdout) as [boolean, boolean][][];
    return Object.fromEntries(FUNCTION_NAMES.map((name, at) => [name, verdicts[at] ?? []]));
  };

  test('ours is the verdict of two others, on every call of everybody and what is near it', () => {
    const calls = unique(Object.values(service.allowed).flat());
    const accesses = unique(calls.flatMap(nearby));
    const others = othersOn(accesses);
    const counts = { allowed: 0, denied: 0, deniedByConditions: 0 };
    const differing = FUNCTION_NAMES.flatMap((name) => {
      const withoutConditions = roles[name].map((each) => ({ ...each, conditions: {} }));
      return accesses.flatMap((access, at) => {
        const ours = [isAllowed(roles[name], access), isAllowed(withoutConditions, access)];
        counts[ours[0] ? 'allowed' : 'denied']++;
        if (!ours[0] && ours[1]) counts.deniedByConditions++;
        const theirs = others[name]?.[at];
        return String(ours) === String(theirs) ? [] : [{ name, access, ours, theirs }];
      });
    });
    expect(differing).toEqual([]);
    expect(calls.length).toBeGreaterThan(30);
    expect(counts.allowed).toBeGreaterThan(100);
    expect(counts.deniedByConditions).toBeGreaterThan(100);
  });
});

const unique = (accesses: Access[]): Access[] => [
  ...new Map(accesses.map((access) => [JSON.stringify(access), access])).values(),
];

/** An access, and others that differ from it in one thing. */
function nearby(access: Access): Access[] {
  const { action, resource, context } = access;
  const names = context[ATTRIBUTES] ?? [];
  const withContext = (more: Access['context']) => ({
    ...access,
    context: { ...context, ...more },
  });
  return [
    access,
    withContext({ [ATTRIBUTES]: [] }),
    withContext({ [ATTRIBUTES]: [...names, 'another'] }),
    withContext({ [ATTRIBUTES]: names.map((name) => name.toUpperCase()) }),
    ...names.map((_, at) => withContext({ [ATTRIBUTES]: names.toSpliced(at, 1) })),
    withContext({ [ENCLOSING]: [] }),
    withContext({ [ENCLOSING]: ['TransactGetItems'] }),
    withContext({ [ENCLOSING]: ['TransactWriteItems'] }),
    { ...access, resource: `${resource}/index/another` },
    { ...access, resource: resource.replace(/\.Arn.*$/, '.Arn') },
    { ...access, action: action.replace('Item', '') },
    { ...access, action: 'dynamodb:DeleteItem' },
  ];
}
