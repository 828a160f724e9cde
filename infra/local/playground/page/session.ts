/**
 * Who is signed in, as far as a page can know: the session itself is in a cookie that no script
 * sees.
 */
import { fields, list, text } from '../../../../sdk/typescript/src/fields.ts';

export interface Invoice {
  readonly id: string;
  readonly totalMicro: bigint;
  readonly isPaid: boolean;
}

export interface SignedIn {
  readonly userId: string;
  /** No route lists a user's invoices, so that the page remembers those that it opened. */
  readonly invoices: readonly Invoice[];
}

const KEY = 'playground';

export function remember({ userId, invoices }: SignedIn): void {
  const kept = invoices.map(({ totalMicro, ...invoice }) => ({
    ...invoice,
    totalMicro: String(totalMicro),
  }));
  localStorage.setItem(KEY, JSON.stringify({ userId, invoices: kept }));
}

export const forget = (): void => localStorage.removeItem(KEY);

/** Undefined also when something else was left there. */
export function remembered(): SignedIn | undefined {
  try {
    const kept = fields(JSON.parse(localStorage.getItem(KEY) ?? ''));
    const invoices = list(kept.invoices, (item): Invoice => {
      const { id, totalMicro, isPaid } = fields(item);
      return { id: text(id), totalMicro: BigInt(text(totalMicro)), isPaid: isPaid === true };
    });
    return { userId: text(kept.userId), invoices };
  } catch {
    return undefined;
  }
}
