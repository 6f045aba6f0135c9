/** A whole request for an operation, made from its description. */
import { Client, type Credentials, type Reply, type RequestOptions } from './client.ts';
import type { Operation } from './document.ts';
import { bytesType, goodBody, goodForm, goodHeaders, goodPath, goodQuery } from './examples.ts';
import { template, withCsrf, type Person } from './world.ts';

export const STREAM_SECRET = 'the secret between the parts of the test server';

/** Somebody who may call it. */
export function personFor(operation: Operation): Person | undefined {
  switch (operation['x-auth']) {
    case 'user': return 'alice';
    case 'creator': return 'carol';
    case 'moderator': return 'mia';
    case 'admin': return 'root';
    default: return undefined;
  }
}

/** Somebody who is signed in, and is not enough. */
export function tooLowFor(operation: Operation): Person | undefined {
  switch (operation['x-auth']) {
    case 'creator': return 'alice';
    case 'moderator': return 'carol';
    case 'admin': return 'mia';
    default: return undefined;
  }
}

export const isChange = (operation: Operation) => operation.method !== 'GET';
export const needsIdentity = (operation: Operation) => personFor(operation) !== undefined;

export const bearer = (person: Person | undefined): Credentials => (person ? { token: template.tokens[person] } : {});

/** As a browser: the access token in a cookie, and a CSRF token of that session unless told otherwise. */
export function cookies(visitor: Client, person: Person): Promise<Required<Omit<Credentials, 'token'>>> {
  return withCsrf(visitor, { veza_access: template.tokens[person] });
}

export interface Choices {
  as?: Credentials;
  path?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
}

/** Sends a good request, but for what is chosen otherwise. */
export function request(client: Client, operation: Operation, choices: Choices = {}): Promise<Reply> {
  const headers: Record<string, string> = { ...goodHeaders(operation), ...choices.headers };
  const options: RequestOptions = { headers, as: choices.as ?? bearer(personFor(operation)) };
  const json = choices.body === undefined ? goodBody(operation) : choices.body;
  const form = choices.form ?? goodForm(operation);
  if (operation['x-auth'] === 'internal') headers['x-stream-secret'] ??= STREAM_SECRET;
  const bytes = bytesType(operation);
  if (form) options.body = form;
  else if (bytes) {
    headers['content-type'] ??= bytes;
    options.body = 'bytes';
  }
  else if (json !== undefined) {
    headers['content-type'] ??= 'application/json';
    options.body = typeof json === 'string' ? json : JSON.stringify(json);
  }
  return client.send(operation.method, goodPath(operation, choices.path) + goodQuery(operation, choices.query), options);
}
