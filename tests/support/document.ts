/** The committed description of the API: finding operations, and checking replies against it. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { DOCUMENT } from './paths.ts';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  oneOf?: Schema[];
  discriminator?: { propertyName: string; mapping: Record<string, string> };
  const?: unknown;
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  default?: unknown;
  examples?: unknown[];
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
  /** It is about whoever asks, so a visitor who gives it is answered 401. */
  'x-needs-person'?: boolean;
}

interface Response {
  $ref?: string;
  description?: string;
  content?: Record<string, { schema: Schema }>;
}

export interface Operation {
  operationId: string;
  method: string;
  path: string;
  summary: string;
  'x-auth': 'public' | 'optional' | 'user' | 'creator' | 'moderator' | 'admin' | 'internal' | 'metrics';
  /** Roles with this permission suffice too. */
  'x-permission'?: string;
  'x-limit': 'none' | 'read' | 'write' | 'auth' | 'upload' | 'media';
  /** What the session must have proven within ten minutes. */
  'x-proof'?: 'factor' | 'sign_in';
  /** A visitor may be answered from memory, for so many seconds unless an event drops replies with one of these tags. */
  'x-cached'?: { seconds: number; tags: string[] };
  /** It has a quota of its own, by the setting RATE_LIMIT_ and this name. */
  'x-rate'?: string;
  security: Record<string, string[]>[];
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, Response>;
  /** Present when another server than the API answers. */
  servers?: { url: string }[];
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Response> };
  'x-topics': { name: string; summary: string; access: 'own' | 'user' | 'asked' }[];
  'x-stream-messages': Document['x-messages'];
  'x-messages': { name: string; from: 'server' | 'client'; summary: string; topic?: string; address?: string; schema: Schema }[];
}

const document = JSON.parse(readFileSync(DOCUMENT, 'utf8')) as Document;

/** What a schema refers to, with what is said beside the reference. */
export function resolve(schema: Schema, components = document.components.schemas): Schema {
  if (!schema.$ref) return schema;
  const { $ref, ...beside } = schema;
  const found = components[$ref.split('/').pop()!];
  if (!found) throw new Error(`there is no ${$ref}`);
  return { ...resolve(found, components), ...beside };
}

export const messages = document['x-messages'];

export const operations: Operation[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })));

export const keyOf = (operation: Operation) => `${operation.method} ${operation.path}`;

export function responseOf(operation: Operation, status: number | string): Response | undefined {
  const response = operation.responses[String(status)];
  return response?.$ref ? document.components.responses[response.$ref.split('/').pop()!] : response;
}

/** The codes of problems that an operation may answer with at this status. */
export function codesOf(operation: Operation, status: number): string[] {
  const schema = responseOf(operation, status)?.content?.['application/problem+json']?.schema;
  return (schema?.allOf?.[1]?.properties?.['code']?.enum ?? []) as string[];
}

const matchers = operations.map((operation) => ({
  operation,
  literal: operation.path.split('/').filter((segment) => !segment.startsWith('{')).length,
  pattern: new RegExp(`^${operation.path.split('/').map((s) => (s.startsWith('{') ? '[^/]+' : s.replace(/[.*+?^$()|[\]\\]/g, '\\$&'))).join('/')}$`),
})).sort((a, b) => b.literal - a.literal);

/** The operation that serves this path, as the server would choose it. */
export function operationAt(method: string, pathname: string): Operation | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method;
  return matchers.find(({ operation, pattern }) => operation.method === wanted && pattern.test(pathname))?.operation;
}

/** Replies may not carry a field that the description does not name: objects are closed before they are checked. */
function closed(schema: Schema, inAllOf = false): Schema {
  const copy: Schema = { ...schema };
  if (schema.properties) {
    copy.properties = Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, closed(one)]));
    if (schema.additionalProperties === undefined && !inAllOf) copy.additionalProperties = false;
  }
  if (schema.items) copy.items = closed(schema.items);
  if (schema.anyOf) copy.anyOf = schema.anyOf.map((one) => closed(one));
  if (schema.oneOf) copy.oneOf = schema.oneOf.map((one) => closed(one));
  if (schema.allOf) copy.allOf = schema.allOf.map((one) => closed(one, true));
  return copy;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({
  $id: 'veza',
  components: { schemas: Object.fromEntries(Object.entries(document.components.schemas).map(([name, schema]) => [name, closed(schema)])) },
});

const compiled = new Map<string, ValidateFunction>();

function validator(key: string, schema: Schema): ValidateFunction {
  let found = compiled.get(key);
  if (!found) {
    const text = JSON.stringify(closed(schema)).replaceAll('"#/components/', '"veza#/components/');
    found = ajv.compile(JSON.parse(text) as object);
    compiled.set(key, found);
  }
  return found;
}

const isJson = (type: string) => type === 'application/json' || type === 'application/problem+json';

/** What is wrong with a message that the server sent over the WebSocket, or over that of the stream server, in a sentence; undefined when it is as described. */
export function messageComplaint(message: { type: string }, socket: 'x-messages' | 'x-stream-messages' = 'x-messages'): string | undefined {
  const described = document[socket].find(({ name, from }) => from === 'server' && name === message.type), { type } = message;
  if (!described) return `the server sends no message ${type}`;
  const check = validator(`${socket} ${message.type}`, described.schema);
  return check(message) ? undefined : `${type}: ${ajv.errorsText(check.errors, { dataVar: 'message' })}`;
}

/** What is wrong with this reply, in a sentence; undefined when it is as described. `body` is parsed when it is JSON. */
export function complaint(operation: Operation | undefined, status: number, contentType: string, body: unknown): string | undefined {
  const type = contentType.split(';')[0]!.trim();
  if (!operation) {
    if (type !== 'application/problem+json') return undefined;
    const check = validator('Problem', { $ref: '#/components/schemas/Problem' });
    return check(body) ? undefined : `not a problem document: ${ajv.errorsText(check.errors)}`;
  }
  const response = responseOf(operation, status);
  if (!response) return `${keyOf(operation)} does not declare status ${status}`;
  if (!response.content) return undefined;
  if (operation.path.startsWith('/rest/')) return undefined; /* one address for replies in XML and JSON, audio and pictures: api/subsonic.test.ts checks them */
  /* An original file keeps its own type. */
  const content = response.content[type] ?? (type.startsWith('audio/') || operation.path.startsWith('/api/v1/chat/rooms/') ? response.content['application/octet-stream'] : undefined);
  if (!content) return `${keyOf(operation)} ${status} came as "${contentType}", declared: ${Object.keys(response.content).join(', ')}`;
  if (!isJson(type)) return undefined;
  const check = validator(`${keyOf(operation)} ${status}`, content.schema);
  return check(body) ? undefined : `${keyOf(operation)} ${status}: ${ajv.errorsText(check.errors, { dataVar: 'body' })}`;
}
