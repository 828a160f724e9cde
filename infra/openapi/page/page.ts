/**
 * The OpenAPI document as one page for people, which needs nothing else: no script to be read, no
 * file, no network.
 */
import type { OpenApi } from '../types.ts';
import type { Caller } from './curl.ts';
import { schemaFields } from './fields.ts';
import { html, Markup } from './markup.ts';
import { operationSection, type Placed } from './operation.ts';
import { prose } from './prose.ts';
import { STYLE } from './style.ts';

/** On a wide screen the contents stand beside the text, where they need not be opened. */
const SCRIPT = `if (matchMedia('(min-width: 62rem)').matches) document.querySelector('nav details').open = true;`;

/** `jsonUrl` is where the document itself can be had. */
export function page(document: OpenApi, caller: Caller, jsonUrl: string): string {
  const { title, version, description } = document.info;
  const placed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = document.tags.map((tag) => ({
    ...tag,
    operations: placed.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}: API</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header><p class="title">${title}</p><p><span class="version">version ${version}</span> <a href="${jsonUrl}">openapi.json</a></p></header>
<div class="columns">
<nav aria-label="Contents"><details><summary>Contents</summary>
<ul><li><a href="#content">Introduction</a></li></ul>
${groups.map(({ name, operations }) => contents(name, operations))}
<h2><a href="#schemas">Schemas</a></h2>
</details></nav>
<main id="content">
<section class="introduction"><h1>${title}</h1>${prose(description)}</section>
${groups.map(
  (
    group,
  ) => html`<section aria-labelledby="${group.name}"><h2 id="${group.name}">${group.name}</h2><p>${group.description}</p>
${group.operations.map((one) => operationSection(one, document, caller))}</section>`,
)}
<section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>
<div class="schemas">${Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      html`<article id="${name}"><h3><a href="#${name}">${name}</a></h3>${schemaFields(schema)}</article>`,
  )}</div></section>
</main>
</div>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text;
}

const contents = (name: string, operations: Placed[]): Markup => html`<h2>${name}</h2>
<ul>${operations.map(
  ({ method, operation: { operationId, summary } }) =>
    html`<li><a href="#${operationId}"><span class="method ${method}">${method.toUpperCase()}</span> ${summary}</a></li>`,
)}</ul>`;
