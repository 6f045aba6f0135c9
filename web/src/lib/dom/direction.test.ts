/* What people write may run from right to left: wherever it is shown, an element around it says dir="auto", or is <bdi>. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

/** Fields of the API that people fill in, and lines made from them. */
const WRITTEN = /\.(title|artist|album|display_name|bio|location|description|content|genre|label|hint|status_message)\b|\bbyline\(|\bgenreName\(|\b(item|\w*[kK]ey|connection|gear)\.name\b|^tag$/;
const SOURCES = path.resolve(import.meta.dirname, '../..');

/** Texts of ours, from t() or with their own label; and initials. */
const isOurs = (text: string) => /\bt\(|^(option|toast\.action)\.|\.charAt\(0\)|^Array\.from\(.*\)\[0\]/.test(text);

function saysDirection(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    if (!ts.isJsxElement(at)) continue;
    const { tagName, attributes } = at.openingElement;
    if (tagName.getText() === 'bdi') return true;
    if (attributes.properties.some((one) => one.getText() === 'dir="auto"')) return true;
  }
  return false;
}

/** The places in a file where such text is the child of an element that says no direction. */
function wrongPlaces(file: string, source: string): string[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isJsxExpression(node) && node.expression && !ts.isJsxAttribute(node.parent)) {
      const text = node.expression.getText();
      if (!/<\w|=>/.test(text) && WRITTEN.test(text) && !isOurs(text) && !saysDirection(node))
        found.push(`${path.relative(SOURCES, file)}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

it('what people write is shown in its own direction everywhere', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx') && !/\.(test|stories)\./.test(file));
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((file) => wrongPlaces(path.join(SOURCES, file), readFileSync(path.join(SOURCES, file), 'utf8')))).toEqual([]);
});

it('finds a place that was forgotten', () => {
  expect(wrongPlaces(path.join(SOURCES, 'x.tsx'), 'const X = () => <p>{track.title}</p>;')).toEqual(['x.tsx:1 track.title']);
  expect(wrongPlaces(path.join(SOURCES, 'x.tsx'), 'const X = () => <p dir="auto"><b>{track.title}</b> <i>{t("a", { b: track.title })}</i></p>;')).toEqual([]);
});
