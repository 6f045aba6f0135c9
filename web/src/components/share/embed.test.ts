import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HEIGHTS, SANDBOX } from './EmbedCode';

it('the code for other sites is the one that oEmbed gives', () => {
  const server = readFileSync('../src/modules/pages/oembed.c', 'utf8');
  expect(server).toContain(`sandbox=\\"${SANDBOX}\\"`);
  expect([...server.matchAll(/&q_(track|release|playlist)_page, (\d+)/g)].map(([, kind, height]) => [kind, Number(height)])).toEqual([
    ['track', HEIGHTS.track[0]], ['release', HEIGHTS.list[0]], ['playlist', HEIGHTS.list[0]],
  ]);
});
