/** The fields of a schema, or the parameters of an operation: name, type, and what it means. */
import type { Parameter, Schema } from '../types.ts';
import { type Filling, html, type Markup } from './markup.ts';
import { inline } from './prose.ts';

interface Field {
  name: string;
  schema: Schema;
  required: boolean;
  description: string;
}

export const schemaFields = ({ properties = {}, required = [] }: Schema): Markup =>
  list(
    Object.entries(properties).map(([name, schema]) => ({
      name,
      schema,
      required: required.includes(name),
      description: schema.description ?? '',
    })),
  );

export const parameterFields = (parameters: readonly Parameter[]): Markup =>
  list(parameters.map(({ required = false, ...parameter }) => ({ ...parameter, required })));

const list = (fields: Field[]): Markup => html`<dl class="fields">${fields.map(field)}</dl>`;

const field = ({ name, schema, required, description }: Field): Markup => html`<div>
<dt><code>${name}</code> <span class="type">${typeOf(schema)}</span>${!required && html` <span class="optional">optional</span>`}</dt>
<dd>${inline(description)}</dd>
</div>`;

/** The name of the schema that a reference leads to. */
export const nameIn = (reference: string): string => reference.split('/').at(-1) ?? '';

export const schemaLink = (name: string): Markup => html`<a href="#${name}">${name}</a>`;

function typeOf(schema: Schema): Filling {
  if (schema.$ref !== undefined) return schemaLink(nameIn(schema.$ref));
  if (schema.items) return ['list of ', typeOf(schema.items)];
  if (schema.enum)
    return schema.enum.map((value, index) => [
      index > 0 && ' | ',
      html`<code>${String(value)}</code>`,
    ]);
  if (schema.const !== undefined) return html`<code>${String(schema.const)}</code>`;
  return [schema.format ?? schema.type, ...rules(schema)].join(', ');
}

function rules({ minimum, maximum, minLength, maxLength, default: byDefault }: Schema): string[] {
  return [
    ...range(minimum, maximum, ''),
    ...range(minLength, maxLength, ' characters'),
    ...(byDefault === undefined ? [] : [`default ${byDefault}`]),
  ];
}

/** Bounds that only say how far the type itself goes tell a reader nothing. */
function range(
  least: number | bigint | undefined,
  most: number | bigint | undefined,
  unit: string,
): string[] {
  const from = least !== undefined && least > Number.MIN_SAFE_INTEGER ? least : undefined;
  const to = most !== undefined && most < Number.MAX_SAFE_INTEGER ? most : undefined;
  if (from !== undefined && to !== undefined) return [`${from} to ${to}${unit}`];
  if (to !== undefined) return [`at most ${to}${unit}`];
  return from === undefined
    ? []
    : [`at least ${from}${from === 1 ? unit.replace(/s$/, '') : unit}`];
}
