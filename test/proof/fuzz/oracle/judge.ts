/** Holds an answer against what the contract answers; every finding is a sentence. */

import type { Answer } from '../raw-client.ts';
import type { Secrets } from '../secrets.ts';
import type { Write } from '../write-watch.ts';
import { CONSOLE } from './arguments.ts';
import {
  type Details,
  ERRORS,
  type Expectation,
  GATEWAY,
  nameOf,
  type Tag,
  WrongAnswer,
} from './expectations.ts';
import type { Message } from './http-message.ts';
import type { Prediction } from './predict.ts';
import { canonical, readJson } from './read-json.ts';

export type Judge = (
  message: Message,
  prediction: Prediction,
  answer: Answer,
) => { findings: string[]; expectation?: Expectation };

/** Traces of what is inside: neither errors nor headers may show any. */
const INTERNALS =
  /dynamo|valibot|middy|node_modules|amazonaws|arn:|Exception|Error:|Table\b|\bat .*:\d+:\d+|\.[cm]?[jt]s\b|\/(?:work|tmp|home|var|root|usr)\/|\bundefined\b|\bNaN\b|\[object/;
const SENTENCES = /^[A-Z][^{}<>"\\]{10,150}\.$/;

/** How many a tag has, for each field: one that repeated what was sent would soon have more. */
const SENTENCES_MAX: Partial<Record<Tag, number>> = {
  invalid_json: 3,
  invalid_args: 4,
  payout_not_actionable: 2,
};

const EVERYWHERE = [
  'apigw-requestid',
  'content-length',
  'date',
  'connection',
  'keep-alive',
  'vary',
];
const FROM_FUNCTIONS = ['content-type', 'cache-control', 'x-request-id'];

/** Remembers request ids, of which there are no two, and messages, of which there are few. */
export function createJudge(secrets: Secrets): Judge {
  const requestIds = new Set<string>();
  const messages = new Map<string, Set<string>>();

  const envelope = (text: string, tag: Tag, details: Details, requestId: string): string[] => {
    const value = readJson(text)?.value;
    const message = value instanceof Map ? value.get('message') : undefined;
    if (typeof message !== 'string' || !SENTENCES.test(message))
      return ['the message is no plain sentence'];
    const about = `${tag} ${details.field ?? ''}`;
    const known = (messages.get(about) ?? new Set()).add(message);
    messages.set(about, known);
    if (known.size > (SENTENCES_MAX[tag] ?? 1))
      return [`too many sentences for ${about}: ${[...known].join(' ')}`];
    const wanted = { error: tag, message, request_id: requestId, ...details };
    return sameJson(text, JSON.stringify(wanted))
      ? []
      : [`the envelope is not ${JSON.stringify(wanted)}`];
  };

  const content = (answer: Answer, expectation: Expectation, isHead: boolean): string[] => {
    const text = answer.body.toString();
    if (expectation.kind === 'preflight' || isHead) return text === '' ? [] : ['there is a body'];
    if (expectation.kind === 'gateway')
      return text === `{"message":"${GATEWAY[expectation.status]}"}`
        ? []
        : ['not what the gateway says'];
    const [requestId = ''] = answer.headers.get('x-request-id') ?? [];
    if (expectation.kind === 'refusal') {
      const { tag, details } = expectation;
      return envelope(text, tag, details, requestId);
    }
    try {
      const wanted = expectation.text(text);
      const same = text === wanted || (!expectation.replayed && sameJson(text, wanted));
      return same ? [] : [`the body is not ${wanted}`];
    } catch (error) {
      if (error instanceof WrongAnswer) return [error.message];
      throw error;
    }
  };

  return (message, { route, expected, reader }, answer) => {
    const expectation = expected.find((each) => fits(each, answer)) ?? expected[0];
    if (expectation === undefined) throw new Error(`no prediction for ${route}`);
    const said = `${answer.status} ${answer.body.toString().slice(0, 200)}`;
    if (!fits(expectation, answer))
      return {
        findings: [
          `${expected.map((each) => nameOf(each, message.method)).join(' or ')} instead of ${said}`,
        ],
      };
    const [requestId = ''] = answer.headers.get('apigw-requestid') ?? [];
    const findings = [
      ...headersOf(message, answer, expectation),
      ...content(answer, expectation, message.method === 'HEAD'),
      ...(requestId !== '' && requestIds.has(requestId) ? ['the request id was given before'] : []),
      ...(reader === 'operator' ? [] : secrets.leaks(answer.body.toString(), reader)),
    ];
    requestIds.add(requestId);
    if (expectation.kind !== 'success' && INTERNALS.test(withoutOperator(answer, expectation)))
      findings.push('the body shows what is inside');
    return { findings, expectation };
  };
}

/** The body without who holds a payout, which operators may know. */
const withoutOperator = ({ body }: Answer, expectation: Expectation): string =>
  expectation.kind === 'refusal' && expectation.details.by !== undefined
    ? body.toString().replace(`"by":${JSON.stringify(expectation.details.by)}`, '')
    : body.toString();

/** Whether the answer is of this kind, by its status and tag. */
function fits(expectation: Expectation, { status, body }: Answer): boolean {
  switch (expectation.kind) {
    case 'preflight':
      return status === 204;
    case 'gateway':
      return status === expectation.status && !body.includes('"error"');
    case 'success':
      return status === expectation.status;
    case 'refusal':
      return status === ERRORS[expectation.tag] && body.includes(`"error":"${expectation.tag}"`);
  }
}

const sameJson = (one: string, other: string): boolean => {
  const [first, second] = [readJson(one), readJson(other)];
  return (
    first !== undefined &&
    second !== undefined &&
    canonical(first.value) === canonical(second.value)
  );
};

function headersOf(message: Message, { headers }: Answer, expectation: Expectation): string[] {
  const fromFunction = expectation.kind === 'refusal' || expectation.kind === 'success';
  const origins = message.headers.filter(([name]) => name === 'origin').map(([, value]) => value);
  const wanted = new Map<string, string>();
  if (expectation.kind !== 'preflight') wanted.set('content-type', 'application/json');
  if (fromFunction) {
    wanted.set('cache-control', 'no-store');
    wanted.set('x-request-id', headers.get('apigw-requestid')?.[0] ?? '');
  }
  if (expectation.kind === 'success' && expectation.replayed)
    wanted.set('idempotency-replayed', 'true');
  const isConsole = origins.length === 1 && origins[0] === CONSOLE;
  for (const [name, value] of isConsole ? corsHeaders(message, expectation) : [])
    wanted.set(name, value);
  // What is no HTTP at all is refused without any of the rest.
  const isBare =
    expectation.kind === 'gateway' && expectation.status === 400 && !headers.has('vary');
  if (!isBare) wanted.set('vary', 'Origin');

  const allowed = [...EVERYWHERE, ...FROM_FUNCTIONS.filter(() => fromFunction), ...wanted.keys()];
  return [
    ...[...wanted]
      .filter(([name, value]) => headers.get(name)?.join() !== value)
      .map(([name, value]) => `${name} is not ${value}`),
    ...[...headers.keys()]
      .filter((name) => !allowed.includes(name))
      .map((name) => `there is a header ${name}`),
    ...[...headers]
      .filter(([, values]) => values.length > 1)
      .map(([name]) => `${name} comes twice`),
    ...[...headers.values()]
      .flat()
      .filter((value) => INTERNALS.test(value))
      .map((value) => `a header shows what is inside: ${value}`),
  ];
}

function corsHeaders(message: Message, { kind }: Expectation): [string, string][] {
  // Without the method that it asks about it is no preflight (Fetch, CORS protocol).
  const asks = message.headers.some(([name]) => name === 'access-control-request-method');
  const more: [string, string][] =
    kind === 'preflight' && asks
      ? [
          ['access-control-allow-methods', 'GET,POST'],
          ['access-control-allow-headers', 'content-type,idempotency-key'],
          ['access-control-max-age', '3600'],
        ]
      : [['access-control-expose-headers', 'x-request-id,idempotency-replayed']];
  return [
    ['access-control-allow-origin', CONSOLE],
    ['access-control-allow-credentials', 'true'],
    ...more,
  ];
}

/** By the items, or by what a stage may have changed since an earlier request with the key. */
const SAID_BY_DATA: Tag[] = [
  'payout_below_min',
  'payout_address_invalid',
  'invoice_not_eligible',
  'amount_mismatch',
  'account_frozen',
  'balance_insufficient',
];

/**
 * Whether exactly that was written which the answers say. Due rewards may be moved by whatever takes
 * money, and never for nothing; to callers they were available before. What the data refuses under a
 * key is recorded.
 */
export function judgeWrites(
  writes: readonly Write[],
  expectations: readonly Expectation[],
): string[] {
  const changes = writes.filter(({ kind }) => kind === 'change');
  const wanted = expectations.filter((each) => each.kind === 'success' && each.writes).length;
  const refusals = writes.filter(({ kind }) => kind === 'refusal');
  const recordable = expectations.filter(
    (each) => each.kind === 'refusal' && SAID_BY_DATA.includes(each.tag),
  );
  return [
    ...(refusals.length <= recordable.length ? [] : ['more refusals were recorded than given']),
    ...(changes.length === wanted
      ? []
      : [`${changes.length} writes instead of ${wanted}: ${JSON.stringify(changes)}`]),
    ...(wanted > 0 || changes.length + refusals.length === writes.length
      ? []
      : ['rewards were unlocked']),
  ];
}
