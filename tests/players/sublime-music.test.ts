/** Sublime Music, as Debian has it: set up by its own settings, it fetches the library of a Veza and plays from it. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { pause, until } from '../support/wait.ts';
import { Desktop, listened } from './desktop.ts';
import { HEARD, inOrder, LONG_AAC, makeLibrary, type Song } from './library.ts';
import { complaintOf } from './sound.ts';

const library = await makeLibrary('sublime-music');
const desktop = await Desktop.start('sublime-music');
after(async () => {
  await desktop.photograph();
  await desktop.end();
});

const DATABASE = '.local/share/sublime-music/veza/c/cache.db';
const act = (action: string, parameter: string) =>
  desktop.call('app.sublimemusic.SublimeMusic', '/app/sublimemusic/SublimeMusic', 'org.gtk.Actions.Activate', action, parameter, '{}');
const player = (method: string) => desktop.call('org.mpris.MediaPlayer2.sublimemusic', '/org/mpris/MediaPlayer2', `org.mpris.MediaPlayer2.Player.${method}`);

/* It keeps the password in its settings where there is no keyring. Nothing is downloaded ahead, so what it plays is streamed. */
desktop.write('.config/sublime-music/config.json', JSON.stringify({
  version: 6, current_provider_id: 'veza', song_play_notification: false, allow_song_downloads: false, download_on_stream: false, player_config: { 'Local Playback': { 'Replay Gain': 'Disabled' } },
  providers: { veza: {
    id: 'veza', name: 'Veza', ground_truth_adapter_type: 'SubsonicAdapter', caching_adapter_type: 'FilesystemAdapter', caching_adapter_config: {},
    ground_truth_adapter_config: { server_address: library.api, username: library.username, password: ['plaintext', library.password], verify_cert: true, sync_enabled: true, salt_auth: true },
  } },
}));
desktop.spawn('sublime-music', ['-m', 'INFO']);

test('its library lists every track as Veza has it, with covers that it can show', async () => {
  await until('its player', () => desktop.property('sublimemusic', 'PlaybackStatus'), 60, 200);
  const albums = await until('its albums', async () => {
    await act('go-to-album', '[<"none">]'); /* the tab of all of them, by name */
    const found = await desktop.rows<{ id: string; name: string }>(DATABASE, 'select id, name from album');
    return found.length >= library.albums && found;
  }, 60, 1000);
  assert.equal(albums.length, library.albums);
  /* It fetches the songs of an album when one opens that. */
  for (const { id, name } of albums)
    await until(`the songs of ${name}`, async () => {
      await act('go-to-album', `[<'${id}'>]`);
      await pause(300);
      return (await desktop.rows(DATABASE, `select id from song where album_id = '${id}'`)).length > 0;
    }, 30, 500);
  interface Row { id: string; title: string; album: string; artist: string; track: number | null; disc: number | null; seconds: number; genre: string | null }
  const listed = await desktop.rows<Row>(DATABASE, `select s.id, s.title, a.name as album, r.name as artist, s.track, s.disc_number as disc, s.duration as seconds, s.genre_id as genre
    from song s left join album a on a.id = s.album_id left join artist r on r.id = s.artist_id`);
  /* It has a column for discs and leaves it empty. */
  assert.deepEqual(inOrder(listed), inOrder(library.songs).map(({ id, title, album, artist, track, seconds, genre }) => ({ id, title, album, artist, track, disc: null, seconds, genre })));
  assert.ok(!/recognize the image file format/.test(readFileSync(desktop.log('sublime-music'), 'utf8')), 'a cover that it cannot read');
});

/** It takes the queue of the web app, with the place in it, and plays that. */
async function play(song: Song, position = 0): Promise<void> {
  const queue = new URLSearchParams({ u: library.username, p: library.password, c: 'test', f: 'json', id: song.id, current: song.id, position: String(position * 1000) });
  assert.match(await (await fetch(`${library.api}/rest/savePlayQueue?${queue}`)).text(), /"status":"ok"/);
  const { server } = library.world, before = server.log().length;
  await act('update-play-queue-from-server', '[]');
  await server.logged(/getPlayQueue/, before);
  await until(`${song.title} in its queue`, async () => (await desktop.property('sublimemusic', 'Metadata')).includes(song.id.replaceAll('-', '_0x45_')), 20, 200);
  await player('Play');
}

for (const title of HEARD)
  test(`it plays ${title}`, async () => {
    const song = library.song(title);
    assert.equal(await listened(async () => {
      const recording = await desktop.record();
      await play(song);
      return complaintOf(await recording.toItsEnd(song.seconds + 20), song.sound);
    }), '');
  });

test('it goes on from the middle of a long track, where the queue of the web app is', async () => {
  const song = library.song(LONG_AAC);
  assert.equal(await listened(async () => {
    const recording = await desktop.record();
    await play(song, 60);
    const heard = await recording.forSeconds(8);
    await player('Pause');
    return complaintOf(heard, song.sound, { part: { from: 60, reach: 0.2, seconds: 3 } });
  }), '');
});
