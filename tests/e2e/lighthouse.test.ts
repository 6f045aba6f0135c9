/** Pages as Lighthouse judges them: a phone, simulated throttling. Performance is a figure of `make bench`, since other work on the machine moves it. */
import { strict as assert } from 'node:assert';
import { full, isFull } from '../support/level.ts';
import { makeSound, png } from '../support/media.ts';
import { judge } from './support/lighthouse.ts';
import { figure, Stage } from './support/stage.ts';

const LEAST = 95;

/** A server with something on each page. */
async function make(): Promise<Record<string, string>> {
  const stage = await Stage.startKnown('lighthouse');
  const carol = stage.world.as('carol');
  const track = await stage.track('carol', 'Far from the mast', makeSound(12, { seed: 5 }), { artist: 'Carol', genre: 'Ambient', description: 'Recorded in one evening.', cover: png(600, 600) });
  const release = (await carol.post('/api/v1/releases', { body: { title: 'Evenings', kind: 'album', visibility: 'public', track_ids: [track.id], access: 'own' } as never })).body;
  const playlist = (await carol.post('/api/v1/playlists', { body: { name: 'Late trains', visibility: 'public' } })).body;
  await carol.post('/api/v1/playlists/{id}/tracks', { path: { id: playlist.id }, body: { track_id: track.id } });
  const paths = { landing: '/', track: `/track/${track.id}`, release: `/release/${release.slug}`, playlist: `/playlist/${playlist.id}`, profile: '/u/carol' };
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, stage.base + path]));
}

/* Of the full level: on the short one axe looks at each page (look.ts), every visit fails when the browser complains, and what search engines are told is in api/rendering. */
const pages = isFull ? await make() : {};
for (const name of ['landing', 'track', 'release', 'playlist', 'profile']) {
  full(`${name}: accessibility, best practices and SEO are at least ${LEAST} of 100`, async () => {
    const { scores, wrong, performance } = await judge(pages[name]!);
    figure(`lighthouse ${name}: accessibility ${scores['accessibility']}, best practices ${scores['best-practices']}, SEO ${scores['seo']}; ${performance.bytes} bytes, ${performance.requests} requests, main thread ${performance.mainThreadMs} ms`);
    for (const category of ['accessibility', 'best-practices', 'seo']) assert.ok(scores[category]! >= LEAST, `${category} is ${scores[category]}: ${wrong.join('; ')}`);
  });
}
