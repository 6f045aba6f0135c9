/** One of each that has a page, public, unlisted and private, of one person. */
import { assertStatus } from './client.ts';
import { makeSound, png, wav } from './media.ts';
import { playable, type UploadFields } from './tracks.ts';
import type { Person, World } from './world.ts';

/** What a text may hold: ends of elements and sections, quotes, line ends of scripts, marks of direction within words, emoji, what comes from elsewhere. */
export const HOSTILE = `</script><script>alert(1)</script><!-- ]]> "'&amp; <b>\u0627\u0644 \u00e9\u{1f3b6}\u200d`;

export async function makePages(world: World, person: Person, name: string, more: UploadFields = {}) {
  const client = world.as(person);
  const made: Record<'public' | 'unlisted' | 'private', { track: string; release: string; slug: string; playlist: string }> = {} as never;
  for (const [n, visibility] of (['public', 'unlisted', 'private'] as const).entries()) {
    const title = `${visibility} ${name}`.slice(0, 200);
    const track = await playable(client, { file: wav(makeSound(2, { seed: n + 1 })), filename: 'a.wav', title, artist: `Artist ${name}`.slice(0, 200), description: `About ${name}`,
      ...(visibility === 'public' ? { cover: png(600, 600) } : {}), ...more, is_public: String(visibility === 'public') });
    await client.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { visibility } });
    const release = await client.post('/api/v1/releases', { body: { title, visibility, kind: 'ep', track_ids: [track.id], access: 'own', description: `About ${name}` } as never });
    assertStatus(release, 201);
    const playlist = await client.post('/api/v1/playlists', { body: { name: title, visibility, description: `About ${name}` } });
    assertStatus(playlist, 201);
    assertStatus(await client.post('/api/v1/playlists/{id}/tracks', { path: { id: playlist.body.id }, body: { track_id: track.id } }), 201);
    made[visibility] = { track: track.id, release: release.body.id, slug: release.body.slug, playlist: playlist.body.id };
  }
  return made;
}
