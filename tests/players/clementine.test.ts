/** Clementine, as Debian has it: set up by its own settings, it fetches the library of a Veza and plays from it. */
import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';
import type { Sound } from '../support/media.ts';
import { until } from '../support/wait.ts';
import { Desktop, listened } from './desktop.ts';
import { HEARD, inOrder, LONG, makeLibrary } from './library.ts';
import { complaintOf } from './sound.ts';

const library = await makeLibrary('clementine');
const desktop = await Desktop.start('clementine');
after(async () => {
  await desktop.photograph();
  await desktop.end();
});

interface Row { url: string; title: string; album: string; artist: string; albumartist: string; track: number; disc: number; length: number; genre: string }
const rows = async () => (await desktop.rows<Row>('.config/Clementine/clementine.db',
  'select cast(filename as text) as url, title, album, artist, albumartist, track, disc, length, genre from subsonic_songs')).map(({ url, ...row }) => ({ id: url.replace('subsonic://?id=', ''), url, ...row }));
/** It plays what has one channel at half the level, also from a disk. */
const gainOf = ({ channels }: Sound) => (channels === 1 ? -6 : 0);
const play = (...words: string[]) => desktop.run('clementine', words);

/* The fifth of its tabs is "Internet". */
desktop.write('.config/Clementine/Clementine.conf', `[Subsonic]
server=${library.api}
username=${library.username}
password=${library.password}

[MainWindow]
current_tab=4

[Player]
volume=100

[GstEngine]
FadeoutEnabled=false
CrossfadeEnabled=false
AutoCrossfadeEnabled=false
FadeoutPauseEnabled=false
`);
desktop.spawn('clementine', []);

test('its library lists every track as Veza has it', async () => {
  await until('its player', () => desktop.property('clementine', 'PlaybackStatus'), 60, 200);
  await library.world.server.logged(/"\/rest\/ping\.view"/);
  /* It fetches the library when one looks into "Subsonic" in the list of services. */
  const listed = await until('its library', async () => {
    await desktop.click(180, 600);
    await desktop.run('xdotool', ['type', '--delay', '20', 'subs']);
    await desktop.run('xdotool', ['key', 'Right']);
    const found = await rows();
    return found.length >= library.songs.length && found;
  }, 60, 3000).catch(rows);
  /* It has -1 where Veza tells no number. */
  assert.equal(listed.length, library.songs.length);
  assert.deepEqual(inOrder(listed).map(({ url: _, ...row }) => row), inOrder(library.songs).map(({ id, title, album, artist, seconds, track, disc, genre }) => ({
    id, title, album, artist, albumartist: artist, track: track ?? -1, disc: disc ?? -1, length: seconds * 1e9, genre: genre ?? '',
  })));
});

for (const title of HEARD)
  test(`it plays ${title}`, async () => {
    const song = library.song(title), { url } = (await rows()).find((row) => row.id === song.id)!;
    assert.equal(await listened(async () => {
      await play('--stop');
      await until('silence', async () => (await desktop.property('clementine', 'PlaybackStatus')) === 'Stopped', 30, 100);
      const recording = await desktop.record();
      await play('--load', '--play', url);
      return complaintOf(await recording.toItsEnd(song.seconds + 20), song.sound, { louder: gainOf(song.sound) });
    }), '');
  });

test('it goes on from the middle of a long track', async () => {
  const song = library.song(LONG), { url } = (await rows()).find((row) => row.id === song.id)!;
  assert.equal(await listened(async () => {
    await play('--load', '--play', url);
    await until('it to play', async () => Number(await desktop.property('clementine', 'Position')) > 0, 30, 100);
    await play('--seek-to', '60');
    await until('the place', async () => Number(await desktop.property('clementine', 'Position')) > 60e6, 30, 100);
    const heard = await (await desktop.record()).forSeconds(4);
    await play('--stop');
    return complaintOf(heard, song.sound, { louder: gainOf(song.sound), part: { from: 63, reach: 4, seconds: 2.5 } });
  }), '');
});
