import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import commonEn from './en';
import moreEn from './en/more';
import socialEn from './en/social';
import commonEs from './es';
import moreEs from './es/more';
import socialEs from './es/social';
import commonFr from './fr';
import moreFr from './fr/more';
import socialFr from './fr/social';

const en = { ...commonEn, ...moreEn, ...socialEn };
const fr = { ...commonFr, ...moreFr, ...socialFr };
const es = { ...commonEs, ...moreEs, ...socialEs };

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') out.set(prefix + key, value);
    else for (const [k, v] of flatten(value, `${prefix}${key}.`)) out.set(k, v);
  }
  return out;
}

const base = flatten(en as Tree);
const names = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((m) => m[1]).sort();

describe.each([
  ['fr', flatten(fr as Tree)],
  ['es', flatten(es as Tree)],
])('%s', (_language, messages) => {
  /* English has no form for "many": that one is compared by itself below */
  const withoutMany = (map: Map<string, string>) => [...map.keys()].filter((key) => !key.endsWith('_many')).sort();

  it('has every message, and no other', () => expect(withoutMany(messages)).toEqual(withoutMany(base)));

  it('has the plural that millions take', () => {
    const counted = [...messages.keys()].filter((key) => key.endsWith('_other'));
    expect(counted.filter((key) => !messages.has(key.replace(/other$/, 'many')))).toEqual([]);
  });

  it('fills in the same values', () => {
    for (const [key, text] of base) expect([key, names(messages.get(key) ?? '')]).toEqual([key, names(text)]);
  });
});

it('has no empty message in any language', () => {
  for (const tree of [en, fr, es]) {
    for (const [key, text] of flatten(tree as Tree)) expect(text.trim(), key).not.toBe('');
  }
});

const root = join(import.meta.dirname, '..');
/* lib/realtime has no words for people, and its messages have names like `track.progress` */
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (f) => /\.tsx?$/.test(f) && !/\.(test|stories|d)\./.test(f) && !f.startsWith(join('lib', 'realtime')),
);

/** Keys that the code names outright; those built from parts are `prefix.${…}`. */
function used(): { whole: Set<string>; prefixes: Set<string> } {
  const whole = new Set<string>();
  const prefixes = new Set<string>();
  for (const file of sources) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, key] of text.matchAll(/['"`]((?:auth|comments|common|data|developer|errors|frame|genres|keys|notifications|pages|player|playlists|security|settings|track|upload)\.[a-z_.]+[a-z_])['"`]/g)) whole.add(key ?? '');
    for (const [, key] of text.matchAll(/`((?:auth|comments|common|data|developer|errors|frame|genres|keys|notifications|pages|player|playlists|security|settings|track|upload)\.[a-z_.]*)\$\{/g)) prefixes.add(key ?? '');
  }
  return { whole, prefixes };
}

const plural = /_(zero|one|two|few|many|other)$/;

it('knows every message that the code asks for', () => {
  const { whole } = used();
  const known = new Set([...base.keys()].flatMap((key) => [key, key.replace(plural, '')]));
  expect([...whole].filter((key) => !known.has(key))).toEqual([]);
  expect(whole.size).toBeGreaterThan(150);
});

it('has no message that nobody asks for', () => {
  const { whole, prefixes } = used();
  const orphans = [...base.keys()].filter((key) => {
    const name = key.replace(plural, '');
    return !whole.has(name) && ![...prefixes].some((prefix) => name.startsWith(prefix));
  });
  expect(orphans).toEqual([]);
});

describe('every problem the server can tell of', () => {
  const definitions = readFileSync(join(root, '../../api/problems.def'), 'utf8');
  const codes = [...definitions.matchAll(/^P\(\w+, \d+, "(\w+)"/gm)].map((m) => m[1] ?? '');

  it('has words of ours', () => {
    expect(codes.length).toBeGreaterThan(50);
    expect(codes.filter((code) => !base.has(`errors.${code}`) && !base.has(`errors.${code}_other`))).toEqual([]);
  });
});

it('has words for every way a field can be wrong', () => {
  const codes = ['required', 'unknown', 'type', 'too_short', 'too_long', 'too_small', 'too_large', 'pattern', 'value', 'taken'];
  expect(codes.filter((code) => !base.has(`errors.field.${code}`))).toEqual([]);
});
