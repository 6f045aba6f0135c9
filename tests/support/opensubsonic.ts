/** The OpenSubsonic API description, which is reference data beside the project and no part of it: each JSON reply is checked against the schema of its call, and each
 * XML reply against the JSON one. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { ROOT } from './paths.ts';

const INSIDE = 'shared/data/opensubsonic/openapi';

/** Where OPENSUBSONIC_DIR says; else beside the project, or beside the folder that this one was cloned from. */
function findFolder(): string {
  const origin = () => {
    try {
      return execFileSync('git', ['-C', ROOT, 'config', 'remote.origin.url'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
    } catch {
      return '';
    }
  };
  const places = [process.env['OPENSUBSONIC_DIR'], path.join(ROOT, '..', INSIDE), path.join(origin() || ROOT, '..', INSIDE)];
  const found = places.find((place) => place && existsSync(path.join(place, 'openapi.json')));
  if (!found)
    throw new Error('The OpenSubsonic API description is missing: the folder openapi of github.com/opensubsonic/open-subsonic-api, revision 4c1819f. Say by OPENSUBSONIC_DIR where it is.');
  return found;
}

const FOLDER = findFolder();
const read = (file: string) => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as never;
const at = (file: string, reference: string) => path.join(path.dirname(file), reference);

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(file).isDirectory() ? files(file) : file.endsWith('.json') ? [path.relative(FOLDER, file)] : [];
  });
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
for (const file of files(FOLDER)) ajv.addSchema(read(file), `file:///${file}`);

interface Content {
  $ref?: string;
  content?: Record<string, { schema: { $ref: string } }>;
}

/** The file of the schema of a call's JSON reply; undefined where it has none. */
function schemaOf(endpoint: string): string | undefined {
  const { get, post } = read(endpoint) as Record<'get' | 'post', { responses: Record<string, Content> }>;
  const reply = (get ?? post).responses['200']!, from = reply.$ref ? at(endpoint, reply.$ref) : endpoint;
  const schema = (reply.$ref ? (read(from) as Content) : reply).content?.['application/json']?.schema.$ref;
  return schema && at(from, schema);
}

const paths = (read('openapi.json') as { paths: Record<string, { $ref: string }> }).paths;
const schemas = new Map(Object.entries(paths).map(([address, { $ref }]) => [address.replace('/rest/', ''), schemaOf(path.normalize($ref))]));
const checks = new Map<string, ValidateFunction>();

/** Every call that the description has. */
export const describedCalls = [...schemas.keys()];

/** What is wrong with this JSON reply of a call, or "". */
export function complaint(call: string, body: unknown): string {
  const schema = schemas.get(call) ?? 'schemas/SubsonicResponse.json';
  let check = checks.get(schema);
  if (!check) checks.set(schema, (check = ajv.compile({ $ref: `file:///${schema}` })));
  return check(body) ? '' : ajv.errorsText(check.errors);
}

/** An element of an XML document. */
export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

/** Reads a document strictly: what is not well formed is an error. No comments, sections or entities but those that a writer needs. */
export function parseXml(text: string): Element {
  let rest = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  const plain = (value: string) => {
    if (/[<\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(value)) throw new Error(`not XML: ${JSON.stringify(value)}`);
    return value.replace(/&([^;]*;?)/g, (all, name: string) => {
      const number = name.match(/^#(x?)([0-9a-fA-F]+);$/);
      if (number) return String.fromCodePoint(parseInt(number[2]!, number[1] ? 16 : 10));
      const found = entities[name.slice(0, -1)];
      if (!name.endsWith(';') || found === undefined) throw new Error(`not XML: ${all}`);
      return found;
    });
  };
  const take = (pattern: RegExp) => {
    const found = rest.match(pattern);
    if (!found || found.index !== 0) throw new Error(`not XML at ${JSON.stringify(rest.slice(0, 60))}`);
    rest = rest.slice(found[0].length);
    return found;
  };
  const element = (): Element => {
    const [, name] = take(/^<([A-Za-z][A-Za-z0-9_.-]*)/), result: Element = { name: name!, attributes: {}, children: [], text: '' };
    for (let more = rest.match(/^ ([A-Za-z][A-Za-z0-9_.-]*)="([^"]*)"/); more; more = rest.match(/^ ([A-Za-z][A-Za-z0-9_.-]*)="([^"]*)"/)) {
      if (more[1]! in result.attributes) throw new Error(`not XML: ${more[1]} twice`);
      result.attributes[more[1]!] = plain(more[2]!);
      rest = rest.slice(more[0].length);
    }
    take(/^>/);
    while (!rest.startsWith('</')) {
      if (rest.startsWith('<')) result.children.push(element());
      else result.text += plain(take(/^[^<]+/)[0]);
    }
    take(new RegExp(`^</${name}>`));
    return result;
  };
  const root = element();
  if (rest) throw new Error(`not XML: more behind the root: ${rest.slice(0, 60)}`);
  return root;
}

/** Elements that hold a text, as the schema of the protocol has them. */
const TEXTS = ['biography', 'notes', 'lastFmUrl', 'smallImageUrl', 'mediumImageUrl', 'largeImageUrl'];

/** What a member of a JSON reply is in XML: values are attributes, objects elements, arrays elements one after another; `value` is an element's text. */
export function asElements(name: string, value: unknown): Element[] {
  if (Array.isArray(value)) return value.flatMap((one) => asElements(name, one));
  const element: Element = { name, attributes: {}, children: [], text: '' };
  if (typeof value !== 'object' || value === null) return [{ ...element, text: String(value) }];
  for (const [member, of] of Object.entries(value)) {
    if (member === 'value') element.text = String(of);
    else if (typeof of === 'object' || TEXTS.includes(member)) element.children.push(...asElements(member, of));
    else element.attributes[member] = String(of);
  }
  return [element];
}
