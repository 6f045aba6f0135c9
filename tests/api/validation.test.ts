/** What each operation refuses to take: made from the description. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, type Reply } from '../support/client.ts';
import { keyOf, operations, type Operation } from '../support/document.ts';
import { bodySchema, goodBody, goodForm, goodPath, headerParameters, queryParameters, wrongTexts, wrongValues } from '../support/examples.ts';
import { request, STREAM_SECRET, type Choices } from '../support/requests.ts';
import { assertRaw, exchange, request11 } from '../support/raw.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('validation', { STREAM_SECRET, MAX_UPLOAD_MB: '1' });
const api = world.visitor;

function assertField(reply: Reply, field: string, code: string, about: string, header = false): void {
  const problem = header ? assertProblem(reply, 400, 'bad_request', about) : assertProblem(reply, 422, 'validation', about);
  const found = problem.errors?.find((error) => error.field === field);
  assert.ok(found, `${about}: errors[] names ${field}: ${JSON.stringify(problem.errors)}`);
  assert.equal(found.code, code, `${about}: ${JSON.stringify(found)}`);
  assert.ok(found.message.length > 3, `${about}: a sentence`);
}

const send = (operation: Operation, choices: Choices) => request(api, operation, choices);

function jsonTests(operation: Operation): void {
  const key = keyOf(operation);
  const schema = bodySchema(operation, 'application/json');
  if (!schema) return;
  const complete = goodBody(operation)!;
  for (const [field, property] of Object.entries(schema.properties ?? {})) {
    test(`${key} refuses ${field} when it is wrong, and says how`, async () => {
      for (const { how, value, code, at = '' } of wrongValues(property)) assertField(await send(operation, { body: { ...complete, [field]: value } }), field + at, code, `${field} ${how}`);
    });
    if (!schema.required?.includes(field)) continue;
    test(`${key} needs ${field}`, async () => {
      const { [field]: _, ...rest } = complete;
      assertField(await send(operation, { body: rest }), field, 'required', `without ${field}`);
    });
  }
  test(`${key} refuses fields that it does not know`, async () => {
    for (const field of ['no_such_field', 'id', 'is_admin', 'creator_id', '__proto__']) {
      if (schema.properties?.[field]) continue;
      const body = JSON.stringify(complete).replace(/^\{/, `{${JSON.stringify(field)}:true${Object.keys(complete).length ? ',' : ''}`);
      assertField(await send(operation, { body }), field, 'unknown', field);
    }
  });
  test(`${key} refuses what is not a JSON object`, async () => {
    for (const body of ['{', '[]', '"text"', '7', '{"a":1,}', "{'a':1}", '{"a":1}{"b":2}', '\u{feff}{}', `${'[['.repeat(3000)}`, '{"a":1,"a":2}', '{"a":NaN}', '{"a":"\\ud800"}']) {
      assertProblem(await send(operation, { body }), 400, 'malformed_json', body.slice(0, 20));
    }
  });
  test(`${key} refuses other content types`, async () => {
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      assertProblem(await send(operation, { headers: { 'content-type': type }, body: JSON.stringify(complete) || '{}' }), 415, 'unsupported_media_type', type);
    }
  });
  test(`${key} refuses a body that is too large`, async () => {
    /* Ten thousand items need more than the usual 64 KiB. */
    const size = JSON.stringify(schema).includes('"maxItems":10000') ? 3_000_000 : 70_000;
    assertProblem(await send(operation, { body: JSON.stringify({ filler: 'a'.repeat(size) }) }), 413, 'payload_too_large');
  });
}

function formTests(operation: Operation): void {
  const key = keyOf(operation);
  const schema = bodySchema(operation, 'multipart/form-data');
  if (!schema) return;
  const formWith = (name: string, value: string | Blob) => {
    const form = goodForm(operation)!;
    form.set(name, value);
    return form;
  };
  for (const [field, property] of Object.entries(schema.properties ?? {})) {
    if (property.format === 'binary') continue;
    test(`${key} refuses ${field} when it is wrong, and says how`, async () => {
      for (const { how, value, code, at = '' } of wrongTexts(property)) assertField(await send(operation, { form: formWith(field, value) }), field + at, code, `${field} ${how}`);
    });
  }
  for (const field of schema.required ?? []) {
    test(`${key} needs ${field}`, async () => {
      const form = goodForm(operation)!;
      form.delete(field);
      if (schema.properties?.['title']) form.set('title', 'Without what must be there');
      assertField(await send(operation, { form }), field, 'required', `without ${field}`);
    });
  }
  test(`${key} refuses parts that it does not know, and parts given twice`, async () => {
    assertField(await send(operation, { form: formWith('no_such_part', 'x') }), 'no_such_part', 'unknown', 'text');
    assertField(await send(operation, { form: formWith('no_such_file', new Blob(['x'])) }), 'no_such_file', 'unknown', 'file');
    const [text] = Object.entries(schema.properties ?? {}).filter(([, property]) => property.format !== 'binary').map(([name]) => name);
    if (!text) return;
    const twice = formWith(text, 'one');
    twice.append(text, 'two');
    assertField(await send(operation, { form: twice }), text, 'value', 'twice');
  });
  const target = goodPath(operation);
  const raw = (type: string, body: string) => api.send(operation.method, target, {
    headers: { 'content-type': type }, body, as: world.as('carol').credentials });
  test(`${key} refuses other content types and broken forms`, async () => {
    for (const type of ['application/json', 'text/plain', 'application/octet-stream', 'application/x-www-form-urlencoded'])
      assertProblem(await raw(type, '{}'), 415, 'unsupported_media_type', type);
    assertProblem(await raw('multipart/form-data', 'no boundary'), 415, 'unsupported_media_type');
    for (const body of ['--edge\r\nContent-Disposition: form-data; name="title"\r\n\r\nnever ended', '--edge\r\nno header\r\n\r\n--edge--'])
      assertProblem(await raw('multipart/form-data; boundary=edge', body), 400, 'bad_request', JSON.stringify(body.slice(0, 30)));
  });
  test(`${key} refuses a file over the largest size before it is sent`, async () => {
    const reply = await exchange(world.server.ports.api, { write: [request11(`${operation.method} ${target}`, { authorization: `Bearer ${template.tokens.carol}`,
      'content-type': 'multipart/form-data; boundary=x', 'content-length': String(3 * 1024 ** 3) })] });
    assertRaw(reply, operation, 413, 'payload_too_large');
  });
}

function queryTests(operation: Operation): void {
  const key = keyOf(operation);
  for (const { name, required, schema } of queryParameters(operation)) {
    test(`${key} refuses the query's ${name} when it is wrong`, async () => {
      for (const { how, value, code, at = '' } of wrongTexts(schema)) assertField(await send(operation, { query: { [name]: value } }), name + at, code, `${name} ${how}`);
    });
    if (!required) continue;
    test(`${key} needs ${name} in the query`, async () => {
      const { parameters, ...rest } = operation;
      assertField(await send({ ...rest, parameters: parameters.filter((p) => p.name !== name) }, {}), name, 'required', `without ${name}`);
    });
  }
}

function headerTests(operation: Operation): void {
  const key = keyOf(operation);
  for (const { name, required, schema } of headerParameters(operation)) {
    /* What a client of HTTP refuses to send is left to the unit tests. */
    const sendable = wrongTexts(schema).filter(({ value }) => /^[\x21-\x7e]+$/.test(value));
    test(`${key} refuses the header ${name} when it is wrong`, async () => {
      assert.ok(sendable.length, 'something can be wrong with it');
      for (const { how, value, code } of sendable) assertField(await send(operation, { headers: { [name.toLowerCase()]: value } }), name, code, `${name} ${how}`, true);
    });
    if (!required) continue;
    test(`${key} needs the header ${name}`, async () => {
      const { parameters, ...rest } = operation;
      assertField(await send({ ...rest, parameters: parameters.filter((p) => p.name !== name) }, {}), name, 'required', `without ${name}`, true);
    });
  }
}

for (const operation of operations) {
  headerTests(operation);
  jsonTests(operation);
  formTests(operation);
  queryTests(operation);
}
