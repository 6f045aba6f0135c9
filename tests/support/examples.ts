/** Inputs made from the description: good ones, and each way in which a field can be wrong. */
import { randomUUID } from 'node:crypto';
import { resolve, type Operation, type Parameter, type Schema } from './document.ts';

export interface Wrong {
  how: string;
  value: unknown;
  /** The code that errors[] must carry. */
  code: string;
  /** Where within the value: `[0].role`. Empty: the value itself. */
  at?: string;
}

const typesOf = (schema: Schema) => [schema.type].flat();
/** `anyOf` with null is how a reference to a schema may be null. */
const without = (schema: Schema): Schema => resolve(resolve(schema).anyOf?.find(({ type }) => type !== 'null') ?? schema);
export const isNullable = (schema: Schema) => typesOf(schema).includes('null') || !!schema.anyOf?.some(({ type }) => type === 'null');
const baseType = (schema: Schema) => typesOf(schema).find((type) => type !== 'null');
const members = (schema: Schema) => Object.entries(schema.properties ?? {});

export function good(described: Schema): unknown {
  const schema = without(described);
  if (described.examples?.length) return described.examples[0];
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.oneOf) return good(schema.oneOf[0]!);
  switch (baseType(schema)) {
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => good(schema.items ?? {}));
    case 'object':
      return goodObject(schema);
    default:
      if (schema.format === 'uuid') return randomUUID();
      if (schema.format === 'email') return 'somebody@example.org';
      if (schema.format === 'date-time') return '2026-01-31T12:00:00Z';
      return 'a'.repeat(Math.max(schema.minLength ?? 1, 1));
  }
}

/** With the members that must be there. */
const goodObject = (schema: Schema): Record<string, unknown> =>
  Object.fromEntries((schema.required ?? []).map((name) => [name, good(schema.properties![name]!)]));

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
  /* The number after 2^53 - 1 that a double holds is one more, and the text of it is exact. */
  if (schema.maximum !== undefined) wrong.push({ how: 'too large', value: schema.maximum + 1, code: 'too_large' });
  if (baseType(schema) !== 'integer') return wrong;
  wrong.push({ how: 'not whole', value: 1.5, code: 'type' }, { how: 'beyond 64 bits', value: 2 ** 64, code: 'too_large' }, { how: 'far below', value: -(2 ** 64), code: 'too_small' });
  if (schema.format !== 'int64') wrong.push({ how: 'beyond 32 bits', value: 2 ** 40, code: 'too_large' });
  return wrong;
}

/** Each of `wrong`, within something else. */
const within = (wrong: Wrong[], at: string, around: (value: unknown) => unknown): Wrong[] =>
  wrong.map((one) => ({ ...one, how: `${at} ${one.how}`, value: around(one.value), at: at + (one.at ?? '') }));

function wrongItems(schema: Schema): Wrong[] {
  const items = schema.items ?? {}, least = schema.minItems ?? 0;
  const before = Array.from({ length: Math.max(least - 1, schema.maxItems === 1 ? 0 : 1) }, () => good(items));
  const wrong = within(wrongValues(items), `[${before.length}]`, (value) => [...before, value]);
  if (schema.maxItems) wrong.push({ how: 'too many', value: Array.from({ length: schema.maxItems + 1 }, () => good(items)), code: 'too_long' });
  if (least) wrong.push({ how: 'empty', value: [], code: 'required' });
  return wrong;
}

function wrongMembers(schema: Schema): Wrong[] {
  if (!schema.properties) return [];
  const complete = goodObject(schema);
  return members(schema).flatMap(([name, property]) => {
    const { [name]: _, ...rest } = complete;
    const missing = schema.required?.includes(name) ? [{ how: 'missing', value: rest, code: 'required', at: `.${name}` }] : [];
    /* Another constant is another case, or none. */
    const wrong = property.const === undefined ? wrongValues(property) : [{ how: 'no case', value: 'no_such_case', code: 'value' }, { how: 'a number', value: 7, code: 'type' }];
    return [...within(wrong, `.${name}`, (value) => ({ ...complete, [name]: value })), ...missing];
  }).concat({ how: 'with an unknown member', value: { ...complete, no_such_field: 1 }, code: 'unknown', at: '.no_such_field' });
}

/** As a member of a JSON body. */
export function wrongValues(described: Schema): Wrong[] {
  const schema = without(described);
  const nothing: Wrong[] = isNullable(described) || isNullable(resolve(described)) ? [] : [{ how: 'null', value: null, code: 'type' }];
  const others: Wrong[] = [{ how: 'text', value: 'one', code: 'type' }, { how: 'an array', value: [], code: 'type' }, ...nothing];
  if (schema.oneOf) return [...others, ...schema.oneOf.flatMap((one) => wrongMembers(resolve(one)))];
  switch (baseType(schema)) {
    case 'integer':
    case 'number':
      return [{ how: 'text', value: 'many', code: 'type' }, ...wrongNumbers(schema), ...nothing];
    case 'boolean':
      return [{ how: 'text', value: 'true', code: 'type' }, { how: 'a number', value: 1, code: 'type' }, ...nothing];
    case 'array':
      return [{ how: 'text', value: 'one', code: 'type' }, { how: 'an object', value: {}, code: 'type' }, ...wrongItems(schema), ...nothing];
    case 'object':
      return [...others, ...wrongMembers(schema)];
    default:
      return [{ how: 'a number', value: 12, code: 'type' }, { how: 'an object', value: {}, code: 'type' },
        ...(schema.minLength === 1 ? [{ how: 'empty', value: '', code: 'required' }] : []), ...wrongStrings(schema), ...nothing];
  }
}

/** Large whole numbers in all their digits. */
const textOf = (value: unknown) => (Number.isInteger(value) ? String(BigInt(value as number)) : String(value));

/** As text in a query string, a header or a form, where an array has commas. */
export function wrongTexts(schema: Schema): { how: string; value: string; code: string; at?: string }[] {
  const asText = (list: Wrong[]) => list.map((one) => ({ ...one, value: textOf(one.value) }));
  switch (baseType(schema)) {
    case 'integer':
    case 'number':
      return [{ how: 'text', value: 'many', code: 'type' }, ...asText(wrongNumbers(schema))];
    case 'boolean':
      return [{ how: 'neither', value: 'perhaps', code: 'type' }];
    case 'array':
      return [...within(wrongTexts(schema.items!), '[0]', (value) => value), ...(schema.maxItems
        ? [{ how: 'too many', value: Array.from({ length: schema.maxItems + 1 }, () => good(schema.items!)), code: 'too_long' }] : [])]
        .map((one) => ({ ...one, value: String(one.value) })).filter(({ value, code }) => code === 'too_long' || !value.includes(','));
    default:
      return asText(wrongStrings(schema));
  }
}

export function bodySchema(operation: Operation, type: string): Schema | undefined {
  return operation.requestBody?.content[type]?.schema;
}

export const isForm = (operation: Operation) => !!bodySchema(operation, 'multipart/form-data');

/** The media type of a body that is any bytes. */
export const bytesType = (operation: Operation) => Object.keys(operation.requestBody?.content ?? {}).find((type) => !/json|form-data/.test(type));

/** A good JSON body with what must be there. */
export function goodBody(operation: Operation): Record<string, unknown> | undefined {
  const schema = bodySchema(operation, 'application/json');
  return schema && goodObject(schema);
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
export const headerParameters = (operation: Operation) => operation.parameters.filter((parameter) => parameter.in === 'header');

export const goodHeaders = (operation: Operation): Record<string, string> =>
  Object.fromEntries(headerParameters(operation).filter(({ required }) => required).map(({ name, schema }) => [name.toLowerCase(), String(good(schema))]));

export function goodQuery(operation: Operation, more: Record<string, string> = {}): string {
  const query = new URLSearchParams(queryParameters(operation).filter((p) => p.required).map(({ name, schema }): [string, string] => [name, String(good(schema))]));
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  return query.size ? `?${query.toString()}` : '';
}
