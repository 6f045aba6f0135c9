/** Every kind of field that a body may have, also those that no route has yet: described, checked and bound by the server's own code. */
import { strict as assert } from 'node:assert';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { resolve, type Schema } from '../support/document.ts';
import { good, wrongValues } from '../support/examples.ts';
import { BINARY } from '../support/paths.ts';
import { World } from '../support/world.ts';

interface Answer {
  parameters?: Record<string, string | null>;
  code?: string;
  detail?: string;
  status?: number;
  errors?: { field: string; code: string; message: string }[];
}

execFileSync('ninja', ['-C', path.dirname(BINARY), 'tests/unit/api/inputs_program'], { stdio: 'pipe' }); /* `make veza` builds no tests */
const program = spawn(path.join(path.dirname(BINARY), 'tests/unit/api/inputs_program'), { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
const read = async () => JSON.parse((await lines.next()).value as string) as unknown;
const { schema, schemas } = (await read()) as { schema: Schema; schemas: Record<string, Schema> };
const world = await World.start('inputs');

after(async () => {
  program.stdin.end();
  await once(program, 'close');
});

/** With what it refers to in its place. */
function whole(part: Schema): Schema {
  const found = resolve(part, schemas);
  const each = (list: Schema[]) => list.map(whole);
  return { ...found, ...(found.items && { items: whole(found.items) }), ...(found.oneOf && { oneOf: each(found.oneOf) }), ...(found.anyOf && { anyOf: each(found.anyOf) }),
    ...(found.properties && { properties: Object.fromEntries(Object.entries(found.properties).map(([name, one]) => [name, whole(one)])) }) };
}

/** `body` is JSON, or text that is to be sent as it is. */
async function ask(body: unknown): Promise<Answer> {
  program.stdin.write(`${typeof body === 'string' ? body : JSON.stringify(body)}\n`);
  return (await read()) as Answer;
}

const body = whole(schema);
const complete = good(body) as Record<string, unknown>;
const bound = async (more: Record<string, unknown>) => {
  const { parameters, errors } = await ask({ ...complete, ...more });
  assert.ok(parameters, JSON.stringify(errors));
  return parameters;
};

for (const [field, property] of Object.entries(body.properties!)) {
  test(`${field} is taken when it is good`, async () => {
    const value = good(property);
    assert.ok(field in (await bound({ [field]: value })), JSON.stringify(value));
  });
  test(`${field} is refused when it is wrong at any depth, and errors[] says where`, async () => {
    const wrong = wrongValues(property);
    assert.ok(wrong.length > 2);
    for (const { how, value, code, at = '' } of wrong) {
      const { errors } = await ask({ ...complete, [field]: value });
      assert.ok(errors?.some((error) => error.field === field + at && error.code === code), `${field} ${how} (${code} at ${field}${at}): ${JSON.stringify(value)}: ${JSON.stringify(errors)}`);
    }
  });
}

test('the description refuses what the server refuses, and takes what it takes', () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const check = ajv.compile(body);
  /* JSON Schema does not know these: control characters, more characters than bytes, numbers that a double cannot tell apart. */
  const beyond = (how: string) => /control|override|address|text|empty|64 bits|32 bits|far below|too large|too small/.test(how);
  for (const [field, property] of Object.entries(body.properties!)) {
    const value = { ...complete, [field]: good(property) };
    assert.ok(check(value), `${field}: ${ajv.errorsText(check.errors)}`);
    for (const { how, value: bad } of wrongValues(property)) if (!beyond(how)) assert.ok(!check({ ...complete, [field]: bad }), `${field} ${how}: ${JSON.stringify(bad)}`);
  }
});

test('the cases of one-of are schemas of their own, told apart by the discriminator', () => {
  assert.deepEqual(schemas['Delivery'], {
    oneOf: [{ $ref: '#/components/schemas/DeliveryWebHook' }, { $ref: '#/components/schemas/DeliveryMail' }],
    discriminator: { propertyName: 'type', mapping: { web_hook: '#/components/schemas/DeliveryWebHook', mail: '#/components/schemas/DeliveryMail' } } });
  assert.deepEqual(schemas['DeliveryMail']?.properties?.['type'], { type: 'string', const: 'mail' });
  assert.deepEqual(schemas['DeliveryMail']?.required, ['type', 'address']);
});

/* A description with nothing but this body. */
const document = { openapi: '3.1.0', info: { title: 'Inputs', version: '1', license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' } }, servers: [{ url: 'https://example.org' }],
  paths: { '/inputs': { post: { summary: 'x', operationId: 'postInputs', security: [], requestBody: { content: { 'application/json': { schema } } },
    responses: { 204: { description: 'Done' }, 422: { description: 'Wrong' } } } } }, components: { schemas } };

test('a description with these fields is good OpenAPI 3.1', async () => {
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: '/inputs.json', config: await createConfig({ extends: ['spec'] }) });
  assert.deepEqual(problems.map((p) => `${p.ruleId}: ${p.message} at ${p.location[0]?.pointer ?? ''}`), []);
});

test('in TypeScript each kind has its type, and a case of one-of with a field of another does not compile', async () => {
  const good = ["delivery: { type: 'mail', address: 'a@b.org', language: 'fr' }", "deliveries: [{ type: 'web_hook', url: 'https://x' }]", 'delivery: null',
    "price: { amount: 1250, currency: 'EUR' }, sizes: [1, null], grid: [[1]]", "credits: [{ person_id: 'x', role: 'composer', fee: null }]"];
  const wrong = ["delivery: { type: 'mail', url: 'https://x' }", "delivery: { type: 'fax' }", "price: { amount: '1', currency: 'EUR' }", "tip: { amount: 1, currency: 'CHF' }",
    "price: { amount: 1, currency: 'euros' }", "credits: [{ person_id: 'x', role: 'singer' }]", 'grid: [1]', "track_ids: ['x', 1]"];
  const types = `${astToString(await openapiTS(document as never))}
    type Body = paths['/inputs']['post']['requestBody'] extends infer B ? NonNullable<B> extends { content: { 'application/json': infer J } } ? J : never : never;\n`;
  const uses = [...good, ...wrong].map((value, i) => `export const body${i}: Partial<Body> = { ${value} };`);
  const host = ts.createCompilerHost({}), read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...more) => (name === 'inputs.ts' ? ts.createSourceFile(name, types + uses.join('\n'), ts.ScriptTarget.ES2022) : read(name, ...more));
  const made = ts.createProgram(['inputs.ts'], { strict: true, noEmit: true, target: ts.ScriptTarget.ES5, lib: ['lib.es5.d.ts'], types: [], exactOptionalPropertyTypes: true }, host);
  const at = ts.getPreEmitDiagnostics(made).map(({ start = 0 }) => (types + uses.join('\n')).slice(types.length, start).split('\n').length - 1);
  assert.deepEqual([...new Set(at)].sort((x, y) => x - y), wrong.map((_, i) => good.length + i));
});

test('whole numbers are exact up to 64 bits, and refused where they are beyond', async () => {
  const text = (bytes: string) => JSON.stringify({ ...complete, bytes: 0 }).replace('"bytes":0', `"bytes":${bytes}`);
  for (const exact of ['9223372036854775807', '-9223372036854775808', '9007199254740993'])
    assert.equal((await ask(text(exact))).parameters?.['bytes'], exact);
  for (const [beyond, code] of [['9223372036854775808', 'too_large'], ['-9223372036854775809', 'too_small'], [`1${'0'.repeat(400)}`, undefined]] as const) {
    const { errors, status } = await ask(text(beyond));
    assert.deepEqual([status, errors?.[0]?.field, errors?.[0]?.code], code ? [422, 'bytes', code] : [400, undefined, undefined], beyond);
  }
});

test('a body with several faults tells of all of them', async () => {
  const { errors } = await ask({ ...complete, credits: [{ role: 'singer' }, 7], price: { amount: -1 }, nothing: 1 });
  assert.deepEqual(errors?.map(({ field, code }) => `${field} ${code}`).sort(), ['credits[0].person_id required', 'credits[0].role value', 'credits[1] type',
    'nothing unknown', 'price.amount too_small', 'price.currency required']);
});

/* What PostgreSQL makes of the parameters. */
const quoted = (text: string | null | undefined) => (text == null ? 'null' : `'${text.replaceAll("'", "''")}'`);
const ID = '550e8400-e29b-41d4-a716-446655440000';

test('arrays of single values are arrays of PostgreSQL, whatever is in them', async () => {
  const names = ['a,b', '{x}', 'quote " and \\ backslash', 'NULL', "it's", ' '];
  const given = await bound({ track_ids: [ID, ID], years: [1999, 2000], sizes: [1, null], gains: [-1.5, 0], flags: [true, false],
    dates: ['2026-01-31T12:00:00+02:00'], names: names.slice(0, 3) });
  const rows = await world.sql(`select cardinality(${quoted(given['track_ids'])}::uuid[]), (${quoted(given['years'])}::int[])[2], (${quoted(given['sizes'])}::bigint[])[2] is null,
    (${quoted(given['gains'])}::float8[])[1], (${quoted(given['flags'])}::boolean[])[2], (${quoted(given['dates'])}::timestamptz[])[1] = '2026-01-31T10:00:00Z'`);
  assert.equal(rows, '2|2000|t|-1.5|f|t');
  for (let i = 0; i < names.length; i += 3) {
    const three = await bound({ names: names.slice(i, i + 3) });
    assert.deepEqual(JSON.parse(await world.sql(`select to_json(${quoted(three['names'])}::text[])`)), names.slice(i, i + 3));
  }
});

test('arrays of objects are rows of jsonb_to_recordset(), with fallbacks and money in columns', async () => {
  const given = await bound({ credits: [{ person_id: ID, role: 'composer', share_bps: 5000, fee: { amount: 250, currency: 'EUR' } }, { person_id: ID, role: 'producer' }] });
  const rows = await world.sql(`select string_agg(concat_ws(',', c.role, c.share_bps, c.fee_amount, c.fee_currency), ';')
    from jsonb_to_recordset(${quoted(given['credits'])}::jsonb) c (person_id uuid, role text, share_bps int, fee_amount bigint, fee_currency text)`);
  assert.equal(rows, 'composer,5000,250,EUR;producer,0');
});

test('money is two parameters of a statement', async () => {
  const given = await bound({ price: { amount: 1250, currency: 'CHF' } });
  assert.equal(await world.sql(`select ${quoted(given['price_amount'])}::bigint / 2, ${quoted(given['price_currency'])}, ${quoted(given['price'])}::jsonb ->> 'currency'`), '625|CHF|CHF');
  const none = await bound({ price: null });
  assert.deepEqual([none['price'], none['price_amount'], none['price_currency']], [null, null, null]);
});
