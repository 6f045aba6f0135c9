/** XML as a strict parser of another program reads it (Python's expat). */
import { execFileSync } from 'node:child_process';

export interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: Element[];
}

const READ = `
import json, sys, xml.etree.ElementTree as e
def of(x): return {"name": x.tag.split("}")[-1] if not x.tag.startswith("{http://www.itunes.com") else "itunes:" + x.tag.split("}")[-1], "attributes": x.attrib, "text": x.text or "", "children": [of(c) for c in x]}
print(json.dumps(of(e.fromstring(sys.stdin.buffer.read()))))
`;

/** Throws where it is not well-formed. */
export const readXml = (text: string): Element => JSON.parse(execFileSync('python3', ['-c', READ], { input: text, maxBuffer: 2 ** 27 }).toString()) as Element;

/** The children of this name. */
export const all = (of: Element, name: string): Element[] => of.children.filter((one) => one.name === name);

/** The only child of this name. */
export function one(of: Element, name: string): Element {
  const found = all(of, name);
  if (found.length !== 1) throw new Error(`${of.name} has ${found.length} of ${name}`);
  return found[0]!;
}
