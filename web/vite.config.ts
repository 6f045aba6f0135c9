import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import tailwindcss from '@tailwindcss/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { hlsFormats } from './scripts/build/hls-formats.ts';
import { pages } from './scripts/build/pages.ts';
import { serviceWorker } from './scripts/build/service-worker.ts';

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));
const api = process.env['VEZA_API'] ?? 'http://localhost:18080';

/** In development, as the server does it: every address below /embed/ is one page. */
const embedPages = (): Plugin => ({
  name: 'veza-embed-pages',
  configureServer: (server) => {
    server.middlewares.use((request, _reply, next) => {
      if (request.url?.startsWith('/embed/')) request.url = '/embed.html';
      next();
    });
  },
});

export default defineConfig({
  plugins: [react(), tailwindcss(), hlsFormats(), pages(), serviceWorker(), embedPages()],
  resolve: {
    alias: [
      { find: '@', replacement: src('.').replace(/\/\.$/, '') },
      // Radix locks scrolling with a style element, which the strict content security policy refuses.
      { find: 'react-remove-scroll', replacement: src('lib/dom/RemoveScroll.tsx') },
    ],
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    /* What the first script imports, the page has asked for already (src/app/shell.ts). */
    modulePreload: { polyfill: false, resolveDependencies: (_file, imports, { hostId }) => (/^assets\/index-/.test(hostId) ? [] : imports) },
    sourcemap: false,
    reportCompressedSize: false,
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          /* One file for what both the first sound and the app need. */
          groups: [{ name: 'core', test: /src[\\/](lib[\\/](dom[\\/]shell|i18n[\\/]languages|player[\\/](store|contract|queue|persist|clock)|audio[\\/](gain|quality)))|node_modules[\\/](zustand|react)[\\/]|preload-helper/ }],
        },
      },
    },
  },
  worker: { format: 'es' },
  server: {
    port: 5173,
    proxy: { '/api': { target: api, ws: true, changeOrigin: false }, '/hls': api, '/rest': api },
  },
  preview: { port: 4173, proxy: { '/api': { target: api, ws: true }, '/hls': api, '/rest': api } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
    setupFiles: ['src/testing/setup.ts'],
    maxWorkers: '100%', /* else one core is left for watching */
    restoreMocks: true,
    testTimeout: 15_000,
    unstubGlobals: true,
  },
});
