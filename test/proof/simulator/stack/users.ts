/** Who takes part in a run: users with ids of this run, sessions, and what is known of them. */
import { v5 } from 'uuid';
import { tokenHash } from '../../../../lib/store/dynamodb/sessions.ts';
import { SKEW_MAX_MS } from '../history/skew.ts';
import { BudgetBooks } from '../model/budget-books.ts';
import { newUser, type Payout, type User } from '../model/model.ts';
import type { Observation } from '../model/observation.ts';
import { spelled } from './spelling.ts';
import type { Database, StoredState } from './stored-state.ts';

type Session = 'missing' | 'expired' | 'revoked' | 'unknown';

type KnownUser = {
  userId: string;
  /** What must have become of them, by the model. */
  state: User;
  /** What was stored of them after their last step; undefined before the first. */
  stored: StoredState | undefined;
  /** Unknown observations of which a write may still arrive, with their traces. */
  open: { observation: Observation; traceId: string }[];
  token: string;
  tokenExpiresAtMs: number;
};

/** Only to make ids out of names. */
const NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
const HOUR_MS = 3_600_000;
const SESSION_MS = 24 * HOUR_MS;

export class Users extends Map<number, KnownUser> {
  readonly budgets = new BudgetBooks();
  readonly #salt: string;

  /** The salt keeps the users of one run apart from those of every other. */
  constructor(salt: string) {
    super();
    this.#salt = salt;
  }

  userId = (user: number): string => v5(`${this.#salt} ${user}`, NAMESPACE);

  /** The user, who must have been signed in. */
  known(user: number): KnownUser {
    const known = this.get(user);
    if (!known) throw new Error(`nobody has signed in user ${user}`);
    return known;
  }

  cookie(user: number, session?: Session): string | undefined {
    if (session === 'missing') return undefined;
    return `nl_session=${session === undefined ? this.known(user).token : this.#token(user, session)}`;
  }

  /** The payout that this operation made, as far as is known. */
  payout(operation: number): Payout | undefined {
    for (const { state } of this.values())
      for (const payout of Object.values(state.payouts))
        if (payout.madeBy === operation) return payout;
    return undefined;
  }

  payoutId = (operation: number): string | undefined => this.payout(operation)?.id;

  /** Signs in, and again when the session would soon expire, as the console's login does. */
  async signIn(user: number, database: Database, nowMs: number): Promise<void> {
    const known = this.get(user);
    if (known && known.tokenExpiresAtMs > nowMs + HOUR_MS) return;
    const userId = this.userId(user);
    const token = this.#token(user, String(nowMs));
    const tokenExpiresAtMs = nowMs + SESSION_MS;
    const rows = [
      { token, expiresAtMs: tokenExpiresAtMs },
      // By every instance's clock.
      { token: this.#token(user, 'expired'), expiresAtMs: nowMs - SKEW_MAX_MS },
      { token: this.#token(user, 'revoked'), expiresAtMs: tokenExpiresAtMs, revokedAtMs: nowMs },
    ];
    for (const { token, expiresAtMs, revokedAtMs } of rows) {
      const Item = {
        token_hash: { S: tokenHash(token) },
        // The console may spell an id as it likes.
        user_id: { S: spelled(userId, user) },
        expires_at: seconds(expiresAtMs),
        ...(revokedAtMs !== undefined && { revoked_at: seconds(revokedAtMs) }),
      };
      await database.send('PutItem', { TableName: 'SessionsTable', Item });
    }
    if (known) Object.assign(known, { token, tokenExpiresAtMs });
    else
      this.set(user, {
        userId,
        state: newUser(),
        stored: undefined,
        open: [],
        token,
        tokenExpiresAtMs,
      });
  }

  #token = (user: number, name: string): string => `${this.#salt}-${user}-${name}`;
}

const seconds = (epochMs: number) => ({ N: String(Math.floor(epochMs / 1000)) });
