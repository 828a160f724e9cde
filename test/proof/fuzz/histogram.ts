/** How often each route gave each answer. */
import { ROUTES } from './oracle/predict.ts';
import type { Trial } from './trial.ts';

export class Histogram {
  readonly #counts = new Map<string, Map<string, number>>();

  add({ seen }: Pick<Trial, 'seen'>): void {
    for (const { route, answer } of seen) this.#add(route, answer, 1);
  }

  count(route: string, answer: string): number {
    return this.#counts.get(route)?.get(answer) ?? 0;
  }

  /** Every answer that some route gave. */
  answers(): Set<string> {
    return new Set([...this.#counts.values()].flatMap((answers) => [...answers.keys()]));
  }

  /** Documented answers that never came. */
  missing(documented: Record<string, readonly string[]>): string[] {
    return Object.entries(documented).flatMap(([route, answers]) =>
      answers
        .filter((answer) => this.count(route, answer) === 0)
        .map((answer) => `${route}: ${answer}`),
    );
  }

  toString(): string {
    const order = [
      ...ROUTES,
      ...[...this.#counts.keys()].filter((route) => !ROUTES.includes(route)).sort(),
    ];
    return order
      .flatMap((route) => {
        const answers = [...(this.#counts.get(route) ?? [])].sort(([one], [other]) =>
          one < other ? -1 : 1,
        );
        const total = answers.reduce((sum, [, count]) => sum + count, 0);
        return [
          `${String(total).padStart(8)}  ${route}`,
          ...answers.map(([answer, count]) => `${String(count).padStart(16)}  ${answer}`),
        ];
      })
      .join('\n');
  }

  #add(route: string, answer: string, count: number): void {
    const answers = this.#counts.get(route) ?? new Map<string, number>();
    this.#counts.set(route, answers.set(answer, (answers.get(answer) ?? 0) + count));
  }
}
