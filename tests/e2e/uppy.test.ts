/** Uppy, an uploader that others wrote for the browser, with its tus plugin: as somebody's own page would use it, by a token and without a session. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type UppyCore from '@uppy/core';
import type TusPlugin from '@uppy/tus';
import { build } from 'esbuild';
import { makeSound, wav } from '../support/media.ts';
import { sha256 } from '../support/tus.ts';
import { finished } from '../support/tracks.ts';
import { template } from '../support/world.ts';
import { Stage } from './support/stage.ts';

declare const uppy: { Uppy: typeof UppyCore; Tus: typeof TusPlugin };

test('Uppy brings a file through a network that goes away, byte for byte, and the track has what it said of it', async () => {
  const stage = await Stage.start('uppy'), file = wav(makeSound(30));
  const code = await build({
    stdin: { contents: "export { default as Uppy } from '@uppy/core'; export { default as Tus } from '@uppy/tus';", resolveDir: import.meta.dirname },
    bundle: true, write: false, format: 'iife', globalName: 'uppy', logLevel: 'silent',
  });
  await stage.visit(null, async ({ page, context }) => {
    await page.goto('/');
    await page.addScriptTag({ content: code.outputFiles[0]!.text });
    await page.exposeFunction('cut', async () => {
      await context.setOffline(true);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await context.setOffline(false);
    });
    const url = await page.evaluate(async ({ base64, token }) => {
      const uploader = new uppy.Uppy();
      let isCut = false;
      uploader.use(uppy.Tus, { endpoint: '/api/v1/uploads/tus', headers: { authorization: `Bearer ${token}` }, chunkSize: 500_000, retryDelays: Array<number>(20).fill(300), allowedMetaFields: ['filename', 'title'] });
      uploader.on('upload-progress', (_file, { bytesUploaded }) => {
        if (isCut || bytesUploaded < 1_000_000) return;
        isCut = true;
        void (globalThis as unknown as { cut: () => Promise<void> }).cut();
      });
      uploader.addFile({ name: 'quay.wav', type: 'audio/wav', data: await (await fetch(`data:audio/wav;base64,${base64}`)).blob(), meta: { filename: 'quay.wav', title: 'By Uppy' } });
      const result = await uploader.upload();
      if (result?.failed?.length) throw new Error(result.failed[0]!.error ?? 'failed');
      if (!isCut) throw new Error('the network was never cut');
      return result!.successful![0]!.uploadURL!;
    }, { base64: file.toString('base64'), token: template.tokens.carol });
    assert.match(url, /\/api\/v1\/uploads\/tus\/[0-9a-f-]{36}$/);
  }, { bypassCsp: true, expected: [/ERR_INTERNET_DISCONNECTED/] });
  const carol = stage.world.as('carol'), { body } = await carol.get('/api/v1/tracks', { query: { mine: true } });
  assert.equal(body.items.length, 1);
  const track = await finished(carol, body.items[0]!.id);
  assert.equal(track.title, 'By Uppy');
  assert.equal(sha256((await carol.get('/api/v1/tracks/{id}/download', { path: { id: track.id } })).bytes), sha256(file));
});
