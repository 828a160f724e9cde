/** One operation: what it does, what it takes and answers on the left, examples on the right. */

import type { Example, OpenApi, Operation, Parameter, Response } from '../types.ts';
import { code, jsonCode } from './code.ts';
import { type Caller, curl } from './curl.ts';
import { nameIn, parameterFields, schemaFields, schemaLink } from './fields.ts';
import { html, type Markup } from './markup.ts';
import { inline, prose } from './prose.ts';

export interface Placed {
  method: string;
  path: string;
  operation: Operation;
}

export function operationSection(
  { method, path, operation }: Placed,
  document: OpenApi,
  caller: Caller,
): Markup {
  const { operationId: id, summary, description, requestBody, responses } = operation;
  const parameters = operation.parameters.map((parameter) =>
    '$ref' in parameter
      ? (document.components.parameters[nameIn(parameter.$ref)] as Parameter)
      : parameter,
  );
  const [[status, success] = []] = Object.entries(responses);
  const signed = 'signature' in (operation.security[0] ?? {});
  const body = requestBody?.content['application/json'].schema.$ref;
  return html`<article id="${id}" aria-labelledby="${id}-title">
<div class="words">
<h3 id="${id}-title"><a href="#${id}">${summary}</a></h3>
<p class="route"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></p>
${prose(description)}
<p class="who">${signed ? 'Signed with AWS Signature Version 4.' : html`Needs the session cookie <code>nl_session</code>.`}</p>
${parameters.length > 0 && html`<h4>Parameters</h4>${parameterFields(parameters)}`}
${body !== undefined && html`<h4>Body: ${schemaLink(nameIn(body))}</h4>${schemaFields(document.components.schemas[nameIn(body)] ?? {})}`}
${success && answer(status, success, document)}
${refusals(responses, document)}
</div>
<div class="samples">
${code('Request', curl(method, path, operation, parameters, caller))}
${success && jsonCode(`Answer: ${status}`, (Object.values(success.content['application/json'].examples)[0] as Example).value)}
</div>
</article>`;
}

function answer(
  status: string | undefined,
  { description, content }: Response,
  document: OpenApi,
): Markup {
  const name = nameIn(content['application/json'].schema.$ref ?? '');
  return html`<h4>Answer: <span class="status good">${status}</span> ${schemaLink(name)}</h4>
<p>${inline(description)}</p>
<details><summary>Fields of ${name}</summary>${schemaFields(document.components.schemas[name] ?? {})}</details>`;
}

/** The service's own in order of precedence, in which the document has its examples of them. */
function refusals(responses: Operation['responses'], document: OpenApi): Markup {
  const found = Object.entries(responses).flatMap(([status, { content, description }]) =>
    Object.keys(content['application/json'].examples).map((name) => ({
      status,
      name,
      when: meaning(description, name),
    })),
  );
  const own = Object.keys(document.components.examples).flatMap((tag) =>
    found.filter(({ name }) => name === tag),
  );
  const gateways = found.filter(({ name }) => name === 'gateway');
  return html`<h4>Errors, the first that applies</h4>
<dl class="fields errors">${own.map(({ status, name, when }) => refusal(status, html`<code>${name}</code>`, when))}</dl>
<details><summary>What API Gateway may answer by itself</summary>
<dl class="fields errors">${gateways.map(({ status, when }) => refusal(status, '{ message }', when))}</dl></details>`;
}

const refusal = (status: string, name: Markup | string, when: string): Markup =>
  html`<div><dt><span class="status">${status}</span> ${name}</dt><dd>${inline(when)}</dd></div>`;

/** The line about it in the response's description, which has one for each example. */
function meaning(description: string, name: string): string {
  const start = name === 'gateway' ? '- API Gateway: ' : `- \`${name}\`: `;
  const line = description.split('\n').find((candidate) => candidate.startsWith(start)) ?? '';
  return line.slice(start.length);
}
