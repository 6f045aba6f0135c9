/* Writes dist/sw.js from src/sw/sw.js: the list of shell files, those of the pages' texts for each language, and a version that changes
 * whenever one of them does. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const template = fileURLToPath(new URL('../../src/sw/sw.js', import.meta.url));

/** Chunks above this many characters are not worth having offline: the audio engine and form validation need the network. */
const BIG = 60_000;

export function serviceWorker(): Plugin {
  return {
    name: 'veza-service-worker',
    apply: 'build',
    generateBundle: { order: 'post', handler(_options, bundle) { /* after index.html has got what is inline */
      const shell = new Set(['/', '/offline.html', '/favicon.svg', '/manifest.webmanifest']);
      const texts: Record<string, string[]> = {};
      for (const file of Object.values(bundle)) {
        const language = file.type === 'chunk' && /locales\/(\w+)\/\w+\.json$/.exec(file.facadeModuleId ?? '')?.[1];
        if (language) (texts[language] ??= []).push(`/${file.fileName}`);
        else if (file.type === 'chunk' && (file.isEntry || file.code.length < BIG)) shell.add(`/${file.fileName}`);
        if (file.type === 'chunk' && file.isEntry) for (const name of file.imports) shell.add(`/${name}`);
        if (/\.css$|-latin-(opsz|wght)-normal.*\.woff2$/.test(file.fileName)) shell.add(`/${file.fileName}`);
      }
      const files = [...shell].sort();
      const version = createHash('sha256').update(Object.keys(bundle).sort().join()).digest('hex').slice(0, 12);
      const source = readFileSync(template, 'utf8')
        .replace("'__VERSION__'", JSON.stringify(version))
        .replace("['__SHELL__']", JSON.stringify(files))
        .replace("{ en: ['__TEXTS__'] }", JSON.stringify(texts));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source });
    } },
  };
}
