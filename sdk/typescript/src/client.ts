/** The client, which is where everything begins. */
import type { ClientOptions } from './options.ts';
import { type Referrals, referralsOf } from './referrals.ts';
import { Transport } from './transport.ts';

/**
 * A client of the Triport API.
 *
 * Its methods reject with `TriportError` for whatever the API or the way to it does, and with
 * TypeError, before anything is sent, for an argument that no request can carry.
 *
 * @example
 * const client = new TriportClient(); // in the console's pages: the browser has the session
 * const inNode = new TriportClient({ session: 'the value of the nl_session cookie' });
 */
export class TriportClient {
  /** Referral earnings: what there is, and its ways out. */
  readonly referrals: Referrals;

  /** Throws TypeError for options that cannot be used. */
  constructor(options?: ClientOptions | null) {
    this.referrals = referralsOf(new Transport(options));
  }
}
