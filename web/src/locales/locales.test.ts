import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chunks, files, keysOf } from '@/testing/sources';

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): [key: string, text: string][] {
  return Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flatten(value, `${prefix}${key}.`)));
}

const namesIn = (folder: string) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'));

const common = namesIn('en/common');
const pages = namesIn('en');

const textsOf = (language: string): Map<string, string> =>
  new Map(
    [...common.map((name) => `common/${name}`), ...pages].flatMap((file) =>
      flatten(JSON.parse(readFileSync(join(import.meta.dirname, language, `${file}.json`), 'utf8')) as Tree, `${basename(file)}.`),
    ),
  );

const base = textsOf('en');
const names = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((m) => m[1]).sort();

describe.each(['fr', 'es'])('%s', (language) => {
  const texts = textsOf(language);
  /* English has no form for "many": that one is compared by itself below */
  const withoutMany = (map: Map<string, string>) => [...map.keys()].filter((key) => !key.endsWith('_many')).sort();

  it('has the same files', () => expect([namesIn(`${language}/common`), namesIn(language)]).toEqual([common, pages]));

  it('has every text, and no other', () => expect(withoutMany(texts)).toEqual(withoutMany(base)));

  it('has the plural that millions take', () => {
    const counted = [...texts.keys()].filter((key) => key.endsWith('_other'));
    expect(counted.filter((key) => !texts.has(key.replace(/other$/, 'many')))).toEqual([]);
  });

  it('fills in the same values', () => {
    for (const [key, text] of base) expect([key, names(texts.get(key) ?? '')]).toEqual([key, names(text)]);
  });
});

it('has no empty text in any language', () => {
  for (const language of ['en', 'fr', 'es']) {
    for (const [key, text] of textsOf(language)) expect(text.trim(), `${language} ${key}`).not.toBe('');
  }
});

const plural = /_(zero|one|two|few|many|other)$/;
const known = new Set([...base.keys()].flatMap((key) => [key, key.replace(plural, '')]));
const fileOf = (key: string) => key.slice(0, key.indexOf('.'));
/** Not messages of the server, which have names like `track.progress`. */
const asked = files.filter((file) => !file.startsWith('lib/realtime/')).map((file) => ({ file, keys: keysOf(file, [...common, ...pages]) }));
const keys = asked.flatMap((one) => one.keys);

it('knows every text that the code asks for', () => {
  const missing = keys.filter(({ key, open }) => (open ? ![...known].some((one) => one.startsWith(key)) : !known.has(key)));
  expect(missing.map(({ key }) => key)).toEqual([]);
  expect(keys.length).toBeGreaterThan(500);
});

it('has no text that nobody asks for', () => {
  const whole = new Set(keys.filter(({ open }) => !open).map(({ key }) => key));
  const prefixes = [...new Set(keys.filter(({ open }) => open).map(({ key }) => key))];
  const orphans = [...base.keys()].map((key) => key.replace(plural, '')).filter((key) => !whole.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)));
  expect(orphans).toEqual([]);
});

describe('whatever is loaded by itself', () => {
  const uses = new Map(asked.map(({ file, keys: inFile }) => [file, [...new Set(inFile.map(({ key }) => fileOf(key)))]]));
  const all = chunks();

  it('is found', () => {
    expect(all.length).toBeGreaterThan(25);
    expect(all.map((one) => one.root)).toEqual(expect.arrayContaining(['app/main.tsx', 'features/landing/LandingPage.tsx', 'features/track/Comments.tsx']));
  });

  it.each(all)('$root loads the texts that it shows', ({ texts, inside }) => {
    const there = new Set([...common, ...texts]);
    const faults = inside.flatMap((file) => (uses.get(file) ?? []).filter((name) => !there.has(name)).map((name) => `${file} uses ${name}.json`));
    expect(faults).toEqual([]);
  });

  it.each(all)('$root loads no texts that it does not show', ({ texts, inside }) => {
    const shown = new Set(inside.flatMap((file) => uses.get(file) ?? []));
    expect(texts.filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe('every problem the server can tell of', () => {
  const definitions = readFileSync(join(import.meta.dirname, '../../../api/problems.def'), 'utf8');
  const codes = [...definitions.matchAll(/^P\(\w+, \d+, "(\w+)"/gm)].map((m) => m[1] ?? '');

  it('has words of ours', () => {
    expect(codes.length).toBeGreaterThan(50);
    expect(codes.filter((code) => !base.has(`errors.${code}`) && !base.has(`errors.${code}_other`))).toEqual([]);
  });
});

it('has words for every way a field can be wrong', () => {
  const codes = ['required', 'unknown', 'type', 'too_short', 'too_long', 'too_small', 'too_large', 'pattern', 'value', 'taken', 'too_many'];
  expect(codes.filter((code) => !base.has(`errors.field.${code}`))).toEqual([]);
});
