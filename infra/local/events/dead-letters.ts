/** What no function could process, kept for `GET /_local/dead-letters`, the newest last. */
import { type GatewayReply, jsonReply } from '../gateway/response.ts';

export interface DeadLetter {
  /** The dead-letter queue's name. */
  queue: string;
  /** The message's id, or the sequence number of a stream's record. */
  id: string;
  /** Exactly what was delivered. */
  body: string;
}

const KEPT = 1000;

export class DeadLetters {
  readonly #announce: (line: string) => void;
  readonly #letters: DeadLetter[] = [];

  constructor(announce: (line: string) => void) {
    this.#announce = announce;
  }

  readonly add = (letter: DeadLetter): void => {
    this.#letters.push(letter);
    this.#letters.splice(0, this.#letters.length - KEPT);
    this.#announce(`dead letter ${letter.id} in ${letter.queue}`);
  };

  readonly handle = async (): Promise<GatewayReply> => jsonReply(200, { items: this.#letters });
}
