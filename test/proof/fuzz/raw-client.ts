/** Sends bytes over a socket, whatever they are, and reads what comes back as HTTP answers. */
import { connect, type Socket } from 'node:net';

export type Answer = { status: number; headers: Map<string, string[]>; body: Buffer };

/** `closed` when the server ended the connection before it had answered as often as expected. */
type Outcome = { answers: Answer[]; ended: 'open' | 'closed' | 'hang' };

const HANG_MS = 20_000;

/** How long the server may take over what is no message before the sending side is closed. */
const PATIENCE_MS = 300;

export class RawClient {
  readonly #port: number;
  #socket: Socket | undefined;
  #received = Buffer.alloc(0);
  #closed = false;
  #wake = (): void => {};

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Sends the bytes and waits for this many answers. `isLast` says that nothing whole follows: the
   * sending side is then closed after the answers, and whatever else the server says before it
   * closes the connection is an answer too.
   */
  async exchange(bytes: Buffer, methods: readonly string[], isLast: boolean): Promise<Outcome> {
    const socket = await this.#open();
    socket.write(bytes);
    const answers: Answer[] = [];
    let ending: NodeJS.Timeout | undefined;
    const timer = AbortSignal.timeout(HANG_MS);
    timer.addEventListener('abort', () => this.#wake());
    for (;;) {
      if (isLast && answers.length >= methods.length)
        ending ??= setTimeout(() => socket.end(), PATIENCE_MS);
      const answer = this.#take(methods[answers.length]);
      if (answer) answers.push(answer);
      else if (this.#closed || timer.aborted) break;
      else if (!isLast && answers.length >= methods.length) {
        if (answers.some(({ headers }) => headers.get('connection')?.includes('close')))
          this.close();
        return { answers, ended: 'open' };
      } else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
    clearTimeout(ending);
    this.close();
    return { answers, ended: timer.aborted ? 'hang' : 'closed' };
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #open(): Promise<Socket> {
    if (this.#socket && !this.#closed && !this.#socket.destroyed) return this.#socket;
    this.#received = Buffer.alloc(0);
    this.#closed = false;
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#closed = true;
      this.#wake();
    });
    this.#socket = socket;
    return socket;
  }

  /** The next whole answer among the received bytes, interim ones passed over. */
  #take(method = ''): Answer | undefined {
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return undefined;
    const [statusLine = '', ...lines] = this.#received.toString('latin1', 0, headEnd).split('\r\n');
    const status = Number(statusLine.split(' ')[1]);
    const headers = new Map<string, string[]>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
    }
    const hasBody = status >= 200 && status !== 204 && method !== 'HEAD';
    const end = headEnd + 4 + (hasBody ? Number(headers.get('content-length')?.[0] ?? 0) : 0);
    if (this.#received.length < end) return undefined;
    const body = Buffer.from(this.#received.subarray(headEnd + 4, end));
    this.#received = this.#received.subarray(end);
    return status < 200 ? this.#take(method) : { status, headers, body };
  }
}
