/* The embed player: a page and a script of its own, which share no file with the app, so that a frame on another site loads little. */

import { defineConfig, mergeConfig } from 'vite';
import app from './vite.config.ts';
import { hlsFormats } from './scripts/build/hls-formats.ts';

const { resolve, build } = app;

export default defineConfig({
  plugins: [hlsFormats()],
  resolve: resolve ?? {},
  build: mergeConfig(
    { target: build?.target, assetsInlineLimit: 0, reportCompressedSize: false },
    { outDir: 'dist.new', emptyOutDir: false, copyPublicDir: false, manifest: '.vite/embed.json', modulePreload: { polyfill: false }, rolldownOptions: { input: 'embed.html' } },
  ),
});
