/** Inputs made from the description: good ones, and each way in which a field can be wrong. */
import { randomUUID } from 'node:crypto';
import type { Operation, Parameter, Schema } from './document.ts';

export interface Wrong {
  how: string;
  value: unknown;
  /** The code that errors[] must carry. */
  code: string;
}

const typesOf = (schema: Schema) => [schema.type].flat();
export const isNullable = (schema: Schema) => typesOf(schema).includes('null');
const baseType = (schema: Schema) => typesOf(schema).find((type) => type !== 'null');

export function good(schema: Schema): unknown {
  if (schema.examples?.length) return schema.examples[0];
  if (schema.enum) return schema.enum[0];
  switch (baseType(schema)) {
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => good(schema.items ?? {}));
    case 'object':
      return {};
    default:
      if (schema.format === 'uuid') return randomUUID();
      if (schema.format === 'email') return 'somebody@example.org';
      if (schema.format === 'date-time') return '2026-01-31T12:00:00Z';
      return 'a'.repeat(Math.max(schema.minLength ?? 1, 1));
  }
}

/** A text that a pattern does not allow. */
function outside(pattern: string, length: number): string {
  const found = [`${'é'.repeat(length)}!`, ' '.repeat(length)].find((text) => !new RegExp(pattern).test(text));
  if (found === undefined) throw new Error(`add a text that ${pattern} does not allow`);
  return found;
}

function wrongStrings(schema: Schema): Wrong[] {
  if (schema.enum) return [{ how: 'not one of the values', value: 'no_such_value', code: 'value' }];
  if (schema.format === 'uuid') return [{ how: 'not a UUID', value: 'not-a-uuid', code: 'value' }];
  if (schema.format === 'date-time') return [{ how: 'not a date', value: 'yesterday', code: 'value' }];
  if (schema.format === 'email') {
    return ['nobody', 'a@b@example.org', '@example.org', 'a b@example.org', 'a@-example.org', `${'a'.repeat(65)}@example.org`,
      `a@${'b'.repeat(250)}.org`].map((value) => ({ how: `not an address (${value.slice(0, 20)})`, value, code: 'value' }));
  }
  const wrong: Wrong[] = [];
  if (schema.maxLength) wrong.push({ how: 'too long', value: 'a'.repeat(schema.maxLength + 1), code: 'too_long' });
  if ((schema.minLength ?? 0) > 1) wrong.push({ how: 'too short', value: 'a'.repeat(schema.minLength! - 1), code: 'too_short' });
  if (schema.format === 'password') return wrong;
  const filler = 'a'.repeat(schema.minLength ?? 1);
  wrong.push({ how: 'with a control character', value: `${filler}\u0007`, code: 'value' }, { how: 'with a bidirectional override', value: `${filler}\u202e`, code: 'value' });
  if (schema.pattern) wrong.push({ how: 'outside the pattern', value: outside(schema.pattern, schema.minLength ?? 1), code: 'pattern' });
  return wrong.filter(({ value, code }) => code === 'too_long' || !schema.maxLength || [...String(value)].length <= schema.maxLength);
}

function wrongNumbers(schema: Schema): Wrong[] {
  const wrong: Wrong[] = [];
  if (schema.minimum !== undefined) wrong.push({ how: 'too small', value: schema.minimum - 1, code: 'too_small' });
  if (schema.maximum !== undefined) wrong.push({ how: 'too large', value: schema.maximum + 1, code: 'too_large' });
  if (baseType(schema) === 'integer') wrong.push({ how: 'not whole', value: 1.5, code: 'type' }, { how: 'beyond 32 bits', value: 2 ** 40, code: 'too_large' });
  return wrong;
}

/** As a member of a JSON body. */
export function wrongValues(schema: Schema): Wrong[] {
  const nothing = isNullable(schema) ? [] : [{ how: 'null', value: null, code: 'type' }];
  switch (baseType(schema)) {
    case 'integer':
    case 'number':
      return [{ how: 'text', value: 'many', code: 'type' }, ...wrongNumbers(schema), ...nothing];
    case 'boolean':
      return [{ how: 'text', value: 'true', code: 'type' }, { how: 'a number', value: 1, code: 'type' }, ...nothing];
    case 'array':
      return [{ how: 'text', value: 'one', code: 'type' }, { how: 'with a number in it', value: [7], code: 'type' },
        ...(schema.maxItems ? [{ how: 'too many', value: Array.from({ length: schema.maxItems + 1 }, (_, i) => `t${i}`), code: 'too_long' }] : []),
        ...(schema.items?.maxLength ? [{ how: 'with too long an item', value: ['a'.repeat(schema.items.maxLength + 1)], code: 'too_long' }] : []), ...nothing];
    case 'object':
      return [{ how: 'text', value: 'one', code: 'type' }, { how: 'an array', value: [], code: 'type' }, ...nothing];
    default:
      return [{ how: 'a number', value: 12, code: 'type' }, { how: 'an object', value: {}, code: 'type' },
        ...(schema.minLength === 1 ? [{ how: 'empty', value: '', code: 'required' }] : []), ...wrongStrings(schema), ...nothing];
  }
}

/** As text in a query string or a form. */
export function wrongTexts(schema: Schema): { how: string; value: string; code: string }[] {
  const asText = (list: Wrong[]) => list.map((one) => ({ ...one, value: String(one.value) }));
  switch (baseType(schema)) {
    case 'integer':
    case 'number':
      return [{ how: 'text', value: 'many', code: 'type' }, ...asText(wrongNumbers(schema))];
    case 'boolean':
      return [{ how: 'neither', value: 'perhaps', code: 'type' }];
    default:
      return asText(wrongStrings(schema));
  }
}

export function bodySchema(operation: Operation, type: string): Schema | undefined {
  return operation.requestBody?.content[type]?.schema;
}

export const isForm = (operation: Operation) => !!bodySchema(operation, 'multipart/form-data');

/** A good JSON body with what must be there. */
export function goodBody(operation: Operation): Record<string, unknown> | undefined {
  const schema = bodySchema(operation, 'application/json');
  return schema && Object.fromEntries((schema.required ?? []).map((name) => [name, good(schema.properties![name]!)]));
}

/** A form with what must be there, files of a few bytes. */
export function goodForm(operation: Operation): FormData | undefined {
  const schema = bodySchema(operation, 'multipart/form-data');
  if (!schema) return undefined;
  const form = new FormData();
  for (const name of schema.required ?? []) {
    const property = schema.properties![name]!;
    if (property.format === 'binary') form.set(name, new Blob(['not music']), 'x.wav');
    else form.set(name, String(good(property)));
  }
  return form;
}

/** The path with its parameters filled: those given, else good ones that name nothing that exists. */
export function goodPath(operation: Operation, given: Record<string, string> = {}): string {
  return operation.parameters.filter((parameter) => parameter.in === 'path').reduce(
    (path, { name, schema }) => path.replace(`{${name}}`, encodeURIComponent(given[name] ?? String(good(schema)))), operation.path);
}

const isQuery = (parameter: Parameter) => parameter.in === 'query';
export const queryParameters = (operation: Operation) => operation.parameters.filter(isQuery);

export function goodQuery(operation: Operation, more: Record<string, string> = {}): string {
  const query = new URLSearchParams(queryParameters(operation).filter((p) => p.required).map(({ name, schema }): [string, string] => [name, String(good(schema))]));
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  return query.size ? `?${query.toString()}` : '';
}
