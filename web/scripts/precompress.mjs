/* Writes a .br and a .gz beside every text file of dist/ that gets smaller by it, so that the server never compresses twice,
 * and prints how much JavaScript and CSS the first page loads. */

import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const text = /\.(html|js|css|svg|json|webmanifest|txt|map)$/;
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const sizes = new Map();

for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !text.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = await readFile(path);
  const small = await brotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } });
  const zipped = await zip(plain, { level: 9 });
  if (small.length < plain.length) await writeFile(`${path}.br`, small);
  if (zipped.length < plain.length) await writeFile(`${path}.gz`, zipped);
  sizes.set(`/${path.slice(dist.length)}`, { plain: plain.length, br: small.length, gz: zipped.length });
}

const html = await readFile(join(dist, 'index.html'), 'utf8');
const first = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map((m) => m[1]);
const sum = (ext, kind) => first.filter((f) => f.endsWith(ext)).reduce((n, f) => n + (sizes.get(f)?.[kind] ?? 0), 0);
const kb = (n) => `${(n / 1000).toFixed(1)} kB`;
console.log(`first page before its route: JavaScript ${kb(sum('.js', 'br'))} br, ${kb(sum('.js', 'gz'))} gz; CSS ${kb(sum('.css', 'br'))} br`);
