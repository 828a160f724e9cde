/** Lets many work at once, or one alone. */
export class Gate {
  readonly #running = new Set<Promise<unknown>>();
  #alone: Promise<unknown> | undefined;

  async share<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#alone) await this.#alone;
    const running = work();
    const settled = running.catch(() => {}).finally(() => this.#running.delete(settled));
    this.#running.add(settled);
    return running;
  }

  async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#alone) await this.#alone;
    const running = Promise.all(this.#running).then(work);
    this.#alone = running.catch(() => {});
    return running.finally(() => {
      this.#alone = undefined;
    });
  }
}
