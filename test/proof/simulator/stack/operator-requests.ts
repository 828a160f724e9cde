/** What operators ask, as requests: the path below `/v1/admin/referrals`, and the body. */
import type { Operation } from '../history/steps.ts';

type Asked = { method: 'GET' | 'POST'; path: string; body?: string };

const post = (path: string, body?: object): Asked => ({
  ...{ method: 'POST', path },
  ...(body && { body: JSON.stringify(body) }),
});
const get = (path: string): Asked => ({ method: 'GET', path });

/** Undefined for what is no request, or none of an operator. */
export function operatorRequest(
  operation: Operation,
  { payoutId, userId, cursor }: { payoutId: string; userId: string; cursor: string },
): Asked | undefined {
  const payout = `/payouts/${payoutId}`;
  switch (operation.kind) {
    case 'claim':
      return post(`${payout}/processing`);
    case 'sent':
      return post(`${payout}/sent`, { tx_hash: operation.hash });
    case 'failed':
    case 'cancelled': {
      const { kind, note, reason, internalNote: internal_note } = operation;
      return post(`${payout}/${kind}`, { reason, note, internal_note });
    }
    case 'release':
      return post(`${payout}/released`, { note: operation.note });
    case 'approve': {
      const address = JSON.stringify(operation.address);
      const body = `{"amount_micro":${operation.amount},"address":${address}}`;
      return { method: 'POST', path: `${payout}/approved`, body };
    }
    case 'attempt': {
      const { id: _, ...told } = operation.told;
      return post(`${payout}/attempts`, told);
    }
    case 'review':
      return post(`${payout}/reviewed`, { dead: operation.dead, note: operation.note });
    case 'freeze':
      return post(`/users/${userId}/frozen`, { note: operation.note });
    case 'thaw':
      return post(`/users/${userId}/thawed`, { note: operation.note });
    case 'show':
      return get(payout);
    case 'user':
      return get(`/users/${userId}`);
    case 'queue':
      return get(`/payouts?status=${operation.status}&limit=${operation.limit}${cursor}`);
    default:
      return undefined;
  }
}
