import { expect, test } from 'vitest';
import { agreed, fromEach, lowest, untilAnswered } from '../../../../lib/networks/verify/agree.ts';
import { UndecidedError } from '../../../../lib/settlement/on-chain.ts';

const SECRET = 'https://provider.example/v2/k3y';
const failing = async (): Promise<never> => {
  throw new Error(`no answer from ${SECRET}`, { cause: SECRET });
};

const asked = <Answer>(...answers: (() => Promise<Answer>)[]) =>
  agreed(answers, (answer) => answer());

test('what all give is given, to the last number', async () => {
  const answer = { units: 2n ** 70n, transfers: [{ position: 1 }], at: undefined };
  expect(await asked(...[1, 2, 3].map(() => async () => structuredClone(answer)))).toEqual(answer);
  expect(await asked(async () => undefined)).toBeUndefined();
});

test.each<[string, unknown, unknown]>([
  ['another amount', { units: 1n }, { units: 2n }],
  ['another type', { units: 1n }, { units: 1 }],
  ['a part more', { units: 1n }, { units: 1n, token: 'a' }],
  ['another order', ['a', 'b'], ['b', 'a']],
  ['nothing', { units: 1n }, undefined],
])('one that gives %s decides nothing, in either place', async (_what, one, other) => {
  const all = [one, one, other].map((answer) => async () => answer);
  await expect(asked(...all)).rejects.toThrow(new UndecidedError('providers 1 and 3 do not agree'));
  await expect(asked(...all.reverse())).rejects.toThrow(
    new UndecidedError('providers 1 and 2 do not agree'),
  );
});

test('what a provider says of its failure is told to nobody', async () => {
  const error = await asked(async () => 1, failing).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(UndecidedError);
  expect(error.message).toBe('provider 2 of 2 gave no sound answer');
  expect(error.cause).toBeUndefined();
  expect(error.stack).not.toContain(SECRET);
});

test('words of our own are kept', async () => {
  const undecided = new UndecidedError('this is another chain');
  const saying = async (): Promise<never> => {
    throw undecided;
  };
  await expect(asked(async () => 1, saying)).rejects.toBe(undecided);
});

test('all are asked at once, and one that fails does not hide that another still runs', async () => {
  let ended = 0;
  const slow = async () => {
    await new Promise(setImmediate);
    ended++;
  };
  await expect(asked<unknown>(failing, slow, slow)).rejects.toThrow(UndecidedError);
  expect(ended).toBe(2);
});

test('where each may give something else, all of it is given in their order', async () => {
  expect(await fromEach([3n, 1n, 2n], async (number) => number * 2n)).toEqual([6n, 2n, 4n]);
  await expect(fromEach([async () => 1n, failing], (ask) => ask())).rejects.toThrow(
    new UndecidedError('provider 2 of 2 gave no sound answer'),
  );
});

test('what was answered is asked once, and what was not is asked again', async () => {
  const answers = [new UndecidedError('not now'), 7];
  let asked = 0;
  const ask = untilAnswered(async () => {
    const answer = answers[asked++];
    if (answer instanceof Error) throw answer;
    return answer;
  });
  await expect(ask()).rejects.toThrow('not now');
  expect([await ask(), await ask(), asked]).toEqual([7, 7, 2]);
});

test('the lowest of numbers that no double tells apart', () =>
  expect(lowest([2n ** 60n + 1n, 2n ** 60n, 2n ** 60n + 2n])).toBe(2n ** 60n));
