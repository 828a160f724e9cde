/** Several providers of one chain, none of which is believed alone. */
import { isDeepStrictEqual } from 'node:util';
import { UndecidedError } from '../../settlement/on-chain.ts';

export type ProviderOptions = {
  /** What one call to a provider may take. */
  timeoutMs: number;
};

/**
 * What each provider gives, asked at once. Throws an UndecidedError where one gives nothing, in
 * words of our own: what a provider's error says may hold its URL, which is a secret. What a
 * provider throws as an UndecidedError keeps its words.
 */
export async function fromEach<Provider, Answer>(
  providers: readonly Provider[],
  ask: (provider: Provider) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = await Promise.allSettled(providers.map(ask));
  return answers.map((answer, index) => {
    if (answer.status === 'fulfilled') return answer.value;
    if (answer.reason instanceof UndecidedError) throw answer.reason;
    throw new UndecidedError(`provider ${index + 1} of ${providers.length} gave no sound answer`);
  });
}

/** Asks once, and again only where it was not answered. */
export function untilAnswered<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let asked: Promise<Answer> | undefined;
  return async () => {
    asked ??= ask();
    try {
      return await asked;
    } catch (error) {
      asked = undefined;
      throw error;
    }
  };
}

/**
 * What every provider gives; each answer must be the same to the letter. Throws an UndecidedError
 * otherwise, and as `fromEach` does.
 */
export async function agreed<Provider, Answer>(
  providers: readonly Provider[],
  ask: (provider: Provider) => Promise<Answer>,
): Promise<Answer> {
  const answers = await fromEach(providers, ask);
  const [first] = answers as [Answer];
  const other = answers.findIndex((answer) => !isDeepStrictEqual(answer, first));
  if (other !== -1) throw new UndecidedError(`providers 1 and ${other + 1} do not agree`);
  return first;
}

/** The least of what each has reached, which all have. */
export const lowest = (numbers: readonly bigint[]): bigint =>
  // Stryker disable next-line EqualityOperator: of two that are equal, either is the lowest
  numbers.reduce((least, number) => (number < least ? number : least));
