/** Turns valibot's schemas into the JSON Schemas of the document. */
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type { OpenAPIV3_1 as Spec } from 'openapi-types';
import type { GenericSchema } from 'valibot';
import { fields, type SchemaName, schemas } from './schemas.ts';

/** Bounds are bigint where a number would lose digits, of which no type here knows. */
type Schema = Spec.SchemaObject;

const BOUNDS: Record<string, string> = { min_value: 'minimum', max_value: 'maximum' };

const conversion: ConversionConfig = {
  target: 'draft-2020-12',
  // JSON Schema has no words for what they check or change; `fields` says it where it matters.
  ignoreActions: ['check', 'max_code_points', 'trim', 'to_lower_case', 'transform'],
  overrideSchema: ({ valibotSchema }) =>
    valibotSchema.type === 'bigint' ? { type: 'integer', format: 'int64' } : undefined,
  // The library refuses bounds that are bigint.
  overrideAction: ({ valibotAction, jsonSchema }) => {
    const keyword = BOUNDS[valibotAction.type];
    if (keyword === undefined || !('requirement' in valibotAction)) return undefined;
    return { ...jsonSchema, [keyword]: valibotAction.requirement };
  },
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
};

/** Every schema by its name; they refer to one another, and every field says what it is. */
export function namedSchemas(): Record<SchemaName, Schema> {
  const named = toJsonSchemaDefs(schemas, conversion) as unknown as Record<SchemaName, Schema>;
  for (const name of Object.keys(schemas) as SchemaName[]) {
    const more: Record<string, Schema> = fields[name];
    for (const [field, schema] of Object.entries(named[name].properties ?? {}))
      Object.assign(schema, more[field]);
  }
  return named;
}

/** The schema of one value in a query string; digits there are an integer. */
export function querySchema(schema: GenericSchema): Schema {
  const given = 'wrapped' in schema ? (schema.wrapped as object) : schema;
  const fallback = 'fallback' in given ? given.fallback : undefined;
  const rules = 'pipe' in given ? (given.pipe as { type: string }[]) : [];
  const isInteger = rules.some(({ type }) => type === 'digits');
  const { $schema: _, ...json } = toJsonSchema(schema, {
    ...conversion,
    // A number's bounds are those of what it is read as; any other is described by what it takes in.
    typeMode: isInteger ? 'ignore' : 'input',
    overrideAction: (action) =>
      action.valibotAction.type === 'digits'
        ? { type: 'integer' }
        : conversion.overrideAction?.(action),
  }) as Schema & { $schema: string };
  return fallback === undefined ? json : { ...json, default: fallback };
}
