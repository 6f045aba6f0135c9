/* The sources of the app as a test may look at them: which file imports which, what is loaded by itself, and which texts a file asks for. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');

/** All that becomes part of the app, by its path below src. */
export const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file) && !/\.(test|stories|d)\./.test(file) && !/^(testing|locales)\//.test(file),
);

const trees = new Map<string, ts.SourceFile>();

function treeOf(file: string): ts.SourceFile {
  const tree = trees.get(file) ?? ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  trees.set(file, tree);
  return tree;
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

/** The source behind the name in an import; none for packages, styles and texts. */
function resolve(from: string, name: string): string | undefined {
  if (!/^(@\/|\.)/.test(name)) return undefined;
  const path = name.startsWith('@/') ? join(root, name.slice(2)) : join(root, dirname(from), name);
  const found = [path, `${path}.ts`, `${path}.tsx`, join(path, 'index.ts')].find((one) => /\.tsx?$/.test(one) && existsSync(one));
  return found && relative(root, found);
}

interface Import {
  file: string;
  /** Loaded when it is wanted, and these files of texts with it. */
  lazy: boolean;
  texts: string[];
}

/** The texts that `withTexts` loads with what this node, an `import()` within it, brings. */
function textsWith(node: ts.Node): string[] | undefined {
  for (let above = node.parent; above !== undefined; above = above.parent) {
    if (ts.isCallExpression(above) && above.expression.getText() === 'withTexts') return above.arguments.slice(1).map((name) => (name as ts.StringLiteral).text);
  }
  return undefined;
}

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (name: ts.Node | undefined, lazy: boolean, texts: string[] = []) => {
    const target = name && ts.isStringLiteralLike(name) ? resolve(file, name.text) : undefined;
    if (target) found.push({ file: target, lazy, texts });
  };
  visit(treeOf(file), (node) => {
    if (ts.isImportDeclaration(node) && !node.importClause?.isTypeOnly) add(node.moduleSpecifier, false);
    if (ts.isExportDeclaration(node) && !node.isTypeOnly) add(node.moduleSpecifier, false);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const texts = textsWith(node);
      add(node.arguments[0], texts !== undefined, texts);
    }
  });
  return found;
}

export interface Chunk {
  root: string;
  /** The files of texts that are loaded with it. */
  texts: string[];
  /** The root, and all that it imports, also later, unless that brings its own texts. */
  inside: string[];
}

/** The app's first script, and whatever `withTexts` loads. */
export function chunks(): Chunk[] {
  const found = new Map<string, Chunk>();
  const add = (from: string, texts: string[]) => {
    const id = `${from} ${texts.join()}`;
    if (found.has(id)) return;
    const inside = new Set<string>();
    found.set(id, { root: from, texts, inside: [] });
    const walk = (file: string) => {
      if (inside.has(file)) return;
      inside.add(file);
      for (const next of importsOf(file)) {
        if (next.lazy) add(next.file, next.texts);
        else walk(next.file);
      }
    };
    walk(from);
    found.set(id, { root: from, texts, inside: [...inside] });
  };
  add('app/main.tsx', []);
  return [...found.values()];
}

export interface Key {
  key: string;
  /** It is only the beginning: `track.note.${code}`. */
  open: boolean;
}

/** Every key in a file that begins with one of these names, wherever it stands: in a call, or in a table. */
export function keysOf(file: string, names: readonly string[]): Key[] {
  const pattern = new RegExp(`^(${names.join('|')})\\.[\\w.]*$`);
  const found: Key[] = [];
  visit(treeOf(file), (node) => {
    if (ts.isStringLiteralLike(node) && pattern.test(node.text)) found.push({ key: node.text, open: false });
    if (ts.isTemplateHead(node) && pattern.test(node.text)) found.push({ key: node.text, open: true });
  });
  return found;
}
