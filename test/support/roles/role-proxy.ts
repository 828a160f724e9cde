/** A proxy before the database that lets each function do what its role allows, as AWS would. */
import { FUNCTION_NAMES, type FunctionName } from '../../../infra/compute/catalogue.ts';
import { type Exchange, startProxy } from '../fault-proxy.ts';
import { type Access, accessesOf } from './accesses.ts';
import { isAllowed, type Statement } from './policy.ts';

export type RoleProxy = {
  url: string;
  /** What each function was allowed to do so far. */
  allowed: Record<FunctionName, Access[]>;
  /** What its role did not allow. */
  denied: (Access & { by: string | undefined })[];
  close: () => Promise<void>;
};

/** A function is known by the id of its application, which its SDK sends along. */
export async function startRoleProxy(
  databaseUrl: string,
  roles: Record<FunctionName, Statement[]>,
): Promise<RoleProxy> {
  const allowed = Object.fromEntries(FUNCTION_NAMES.map((name) => [name, [] as Access[]]));
  const denied: RoleProxy['denied'] = [];
  const proxy = await startProxy(databaseUrl, async (exchange: Exchange) => {
    const { sender, operation, request } = exchange;
    const statements = roles[sender as FunctionName] ?? [];
    const accesses = accessesOf(operation, request);
    const refused = accesses.filter((access) => !isAllowed(statements, access));
    denied.push(...refused.map((access) => ({ by: sender, ...access })));
    if (refused.length > 0) return exchange.reply(ACCESS_DENIED);
    allowed[String(sender)]?.push(...accesses);
    exchange.reply(await exchange.forward());
  });
  return { ...proxy, allowed: allowed as RoleProxy['allowed'], denied };
}

const ACCESS_DENIED = {
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({
    __type: 'com.amazon.coral.service#AccessDeniedException',
    message: 'no identity-based policy allows the action',
  }),
};
