/** One request: sent, answered, and held against what the contract answers. */

import { type Expectation, nameOf } from './oracle/expectations.ts';
import { readStream } from './oracle/http-message.ts';
import { type Judge, judgeWrites } from './oracle/judge.ts';
import { predict, type View } from './oracle/predict.ts';
import type { Answer, RawClient } from './raw-client.ts';
import type { Write } from './write-watch.ts';

export type JudgedRequest = {
  bytes: Buffer;
  answers: Answer[];
  findings: string[];
  /** What came, by route, for the histogram. */
  seen: { route: string; answer: string }[];
};

export async function sendAndJudge(
  bytes: Buffer,
  {
    client,
    judge,
    view,
    takeWrites,
  }: { client: RawClient; judge: Judge; view: View; takeWrites: () => Write[] },
): Promise<JudgedRequest> {
  const { messages, rest } = readStream(bytes);
  const { answers, ended } = await client.exchange(
    bytes,
    messages.map(({ method }) => method),
    rest !== 'nothing',
  );
  const findings: string[] = [];
  const seen: JudgedRequest['seen'] = [];
  const expectations: Expectation[] = [];
  for (const [index, message] of messages.entries()) {
    const answer = answers[index];
    const prediction = predict(message, view);
    if (answer === undefined) {
      findings.push(`${prediction.route}: no answer (${ended})`);
      break;
    }
    const { findings: found, expectation } = judge(message, prediction, answer);
    findings.push(...found.map((finding) => `${prediction.route}: ${finding}`));
    if (expectation === undefined) break;
    expectations.push(expectation);
    seen.push({ route: prediction.route, answer: nameOf(expectation, message.method) });
    if (expectation.kind === 'success' && found.length === 0)
      expectation.effect?.(answer.body.toString());
  }
  if (findings.length === 0) {
    const [further, ...others] = answers.slice(messages.length);
    if (others.length > 0 || (further && !isBadRequest(further)))
      findings.push(
        `(no HTTP): ${[further, ...others].map((each) => `${each?.status} ${each?.body}`)}`,
      );
    if (rest !== 'nothing')
      seen.push({ route: '(no HTTP)', answer: further ? '400 Bad Request' : 'closed' });
    if (ended === 'hang') findings.push('the connection hangs');
  }
  findings.push(...judgeWrites(takeWrites(), expectations));
  return { bytes, answers, findings, seen };
}

const isBadRequest = ({ status, body }: Answer): boolean =>
  status === 400 && body.toString() === '{"message":"Bad Request"}';
