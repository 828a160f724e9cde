/** Prints what the trial does, step by step, each with its answer, and counts them. */
import { describe, print, printLine } from '../../../infra/problem.ts';
import { stringifyJson } from '../../../lib/json.ts';

const SHOWN_MAX = 400;

export class Log {
  #passed = 0;
  #failed = 0;

  /** For what no step has told already. */
  fail(name: string, error: unknown): void {
    if (this.#failed > 0) return;
    this.#failed++;
    print(`FAILED ${name}: ${describe(error)}`);
  }

  /** `act` gives the answer to print; what it throws fails the step, and with it what rests on it. */
  async step<Answer>(
    name: string,
    act: () => Promise<Answer>,
    shown: (answer: Answer) => unknown = (answer) => answer,
  ): Promise<Answer> {
    const startedMs = performance.now();
    const seconds = () => ((performance.now() - startedMs) / 1000).toFixed(1);
    try {
      const answer = await act();
      this.#passed++;
      printLine(`ok     ${name} (${seconds()} s): ${brief(shown(answer))}`);
      return answer;
    } catch (error) {
      this.#failed++;
      print(`FAILED ${name} (${seconds()} s): ${describe(error)}`);
      throw error;
    }
  }

  get failed(): number {
    return this.#failed;
  }

  /** The last line, which `.ci/run` reads. */
  get summary(): string {
    return `${this.#passed} passed, ${this.#failed} failed`;
  }
}

const brief = (answer: unknown): string => {
  const text = typeof answer === 'string' ? answer : stringifyJson(answer);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
};
