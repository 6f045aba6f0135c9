/* Puts into index.html what a page needs before any file: its styles and the script that draws the first picture. And writes pages.json for
 * the server: which paths are pages, and the hashes of what is inline, for the content security policy (src/http/assets.h). */

import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';
import { EMBED_PATHS, PAGE_PATHS } from '../../src/app/paths.ts';

const src = fileURLToPath(new URL('../../src', import.meta.url));
const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Scripts of index.html that are put into it. */
const INLINE = ['theme.js', 'shell.ts'];

/** A source file and all that it imports, as one script. */
async function bundled(file: string, files: string): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: { alias: { '@': src } },
    define: { __FILES__: files },
    build: { write: false, minify: true, target: 'es2022', rolldownOptions: { input: `${src}/app/${file}`, output: { format: 'iife' } } },
  });
  const { output } = (Array.isArray(made) ? made[0] : made) as Rolldown.RolldownOutput;
  return output[0].code.trim();
}

type Bundle = Rolldown.OutputBundle;

/** The chunks that hold these modules, with all that they import at once. */
function chunksOf(bundle: Bundle, ...modules: RegExp[]): string[] {
  const found = new Set<string>();
  const add = (name: string) => {
    const file = bundle[name];
    if (found.has(name) || file?.type !== 'chunk') return;
    found.add(name);
    file.imports.forEach(add);
  };
  for (const module of modules) {
    const chunk = Object.values(bundle).find((file) => file.type === 'chunk' && file.facadeModuleId && module.test(file.facadeModuleId));
    if (!chunk) throw new Error(`no chunk begins with ${module}`);
    add(chunk.fileName);
  }
  return [...found].map((name) => `/${name}`);
}

export function pages(): Plugin {
  return {
    name: 'veza-pages',
    apply: 'build',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) => INLINE.reduce((text, file) => text.replace(`<script type="module" src="/src/app/${file}"></script>`, `<!--${file}-->`), html),
    },
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const page = bundle['index.html'];
        if (page?.type !== 'asset') throw new Error('no index.html');
        const sound = chunksOf(bundle, /app\/sound\.ts$/, /player\/controller\.ts$/, /hls\.light/);
        const first = new Set(chunksOf(bundle, /index\.html$/));
        const app = chunksOf(bundle, /app\/main\.tsx$/);
        const groups = {
          sound,
          app,
          track: chunksOf(bundle, /TrackPage\.tsx$/, /player\/PlayerBar\.tsx$/).filter((name) => !app.includes(name)),
          en: chunksOf(bundle, /locales\/en\/index\.ts$/),
          fr: chunksOf(bundle, /locales\/fr\/index\.ts$/),
          es: chunksOf(bundle, /locales\/es\/index\.ts$/),
          track_en: chunksOf(bundle, /locales\/en\/track_page\.json$/),
          track_fr: chunksOf(bundle, /locales\/fr\/track_page\.json$/),
          track_es: chunksOf(bundle, /locales\/es\/track_page\.json$/),
        };
        const files = Object.fromEntries(Object.entries(groups).map(([key, names]) => [key, names.filter((name) => !first.has(name))]));
        let html = String(page.source);
        const styles: string[] = [];
        const scripts: string[] = [];
        html = html.replace(/<link rel="stylesheet"[^>]* href="\/(assets\/[^"]+)"[^>]*>/g, (_tag, name: string) => {
          const css = String((bundle[name] as Rolldown.OutputAsset).source).trim();
          Reflect.deleteProperty(bundle, name);
          styles.push(hash(css));
          return `<style>${css}</style>`;
        });
        for (const file of INLINE) {
          const code = (await bundled(file, JSON.stringify(files))).replaceAll('</', '<\\/');
          scripts.push(hash(code));
          html = html.replace(`<!--${file}-->`, () => `<script>${code}</script>`);
        }
        page.source = html;
        this.emitFile({
          type: 'asset',
          fileName: 'pages.json',
          source: JSON.stringify({ pages: [...PAGE_PATHS, ...EMBED_PATHS], script_src: scripts.join(' '), style_src: styles.join(' ') }),
        });
      },
    },
  };
}
