/* Writes a .br and a .gz beside every text file of dist.new/ that gets smaller by it, so that the server never compresses twice,
 * and holds the first page to its budget of JavaScript. At last it puts dist.new/ in the place of dist/: a build that was
 * interrupted leaves the one before it. */

import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist.new/', import.meta.url));
const place = fileURLToPath(new URL('../dist', import.meta.url));
const text = /\.(html|js|css|svg|json|webmanifest|txt|map)$/;
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const sizes = new Map();

for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !text.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  if (path.includes('/.vite/')) continue;
  const plain = await readFile(path);
  const small = await brotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } });
  const zipped = await zip(plain, { level: 9 });
  if (small.length < plain.length) await writeFile(`${path}.br`, small);
  if (zipped.length < plain.length) await writeFile(`${path}.gz`, zipped);
  sizes.set(`/${path.slice(dist.length)}`, { plain: plain.length, br: small.length, gz: zipped.length });
}

const manifestOf = async (name) => JSON.parse(await readFile(join(dist, '.vite', name), 'utf8'));
const manifest = await manifestOf('manifest.json');
const embed = await manifestOf('embed.json');
await rm(join(dist, '.vite'), { recursive: true });

/** The chunks that hold these modules, with all that they import at once. */
function chunksOf(keys, manifest) {
  const files = new Set();
  const seen = new Set();
  const load = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    const chunk = manifest[key];
    if (!chunk) throw new Error(`precompress: ${key} is not in the build`);
    files.add(`/${chunk.file}`);
    for (const next of chunk.imports ?? []) load(next);
  };
  keys.forEach(load);
  return [...files].filter((file) => file.endsWith('.js'));
}

const kb = (n) => `${(n / 1000).toFixed(1)} kB`;
let broken = false;
function hold(what, files, budget) {
  const bytes = files.reduce((n, file) => n + (sizes.get(file)?.br ?? 0), 0);
  console.log(`${what}: ${kb(bytes)} br of ${kb(budget)}, ${files.length} files`);
  if (bytes <= budget) return;
  console.error(`${what}: more than ${kb(budget)}`);
  broken = true;
}

/* What the first page loads before anybody touches it: the entry, the landing page, the bar, the texts of one language. */
hold('JavaScript of the first page', chunksOf(['index.html', 'src/app/main.tsx', 'src/features/landing/LandingPage.tsx', 'src/features/player/PlayerBar.tsx', 'src/locales/en/index.ts', 'src/locales/en/landing.json'], manifest), 190_000);
/* On a slow network: the first picture, and the first sound on the page of a track. */
hold('HTML with its styles', ['/index.html'], 20_000);
const worklet = [...sizes.keys()].filter((file) => /joiner\.worklet-.*\.js$/.test(file));
hold('JavaScript before the first sound', [...worklet, ...chunksOf(['index.html', 'src/app/sound.ts', 'src/lib/player/controller.ts', 'node_modules/hls.js/dist/hls.light.mjs'], manifest)], 110_000);
hold('JavaScript of the embed player before it plays', chunksOf(['embed.html'], embed), 25_000);
if (broken) process.exit(1);
await rm(place, { recursive: true, force: true });
await rename(dist, place);
