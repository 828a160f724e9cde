/** What an operator tells of a payout's end. */
import * as v from 'valibot';
import { Note } from './transitions.ts';

/** Of one that ends unpaid. */
export const UnpaidReport = v.object({ note: Note });

/** Of one that was paid; a hash that is missing has an error of its own. */
export const SentReport = v.object({ tx_hash: v.optional(v.string(), '') });
