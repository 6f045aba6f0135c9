/** Strawberry, as Debian has it: set up by its own settings, it fetches the library of a Veza and plays from it. */
import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';
import { until } from '../support/wait.ts';
import { Desktop, listened } from './desktop.ts';
import { HEARD, inOrder, LONG, makeLibrary } from './library.ts';
import { complaintOf } from './sound.ts';

const library = await makeLibrary('strawberry');
const desktop = await Desktop.start('strawberry');
after(async () => {
  await desktop.photograph();
  await desktop.end();
});

const DATABASE = '.local/share/strawberry/strawberry/strawberry.db';
interface Row { id: string; title: string; album: string; artist: string; albumartist: string; track: number; disc: number; length: number; genre: string; url: string; art: string }
const rows = () => desktop.rows<Row>(DATABASE, `select song_id as id, title, album, artist, albumartist, track, disc, length, genre, url, art_automatic as art from subsonic_songs`);
const play = (...words: string[]) => desktop.run('strawberry', words);

/* Its passwords are kept in base64, its tabs by their place. */
desktop.write('.config/strawberry/strawberry.conf', `[Subsonic]
enabled=true
url=${library.api}
username=${library.username}
password="@ByteArray(${Buffer.from(library.password).toString('base64')})"
downloadalbumcovers=true

[MainWindow]
current_tab=8
`);
desktop.spawn('strawberry', []);

test('its library lists every track as Veza has it, with covers that it can show', async () => {
  await until('its player', () => desktop.property('strawberry', 'PlaybackStatus'), 60, 200);
  /* An empty library says "Click here to retrieve music". */
  const listed = await until('its library', async () => {
    await desktop.click(160, 400);
    const found = await rows();
    return found.length > 0 && found;
  }, 60, 2000);
  /* It tells no disc where an album has but one, and no number where there is none: -1. */
  const discs = new Map<string, number>();
  for (const { album, disc } of library.songs) discs.set(album, Math.max(discs.get(album) ?? 0, disc ?? 0));
  assert.deepEqual(inOrder(listed).map(({ url: _, art: __, ...row }) => row), inOrder(library.songs).map(({ id, title, album, artist, seconds, track, disc, genre }) => ({
    id, title, album, artist, albumartist: artist, track: track ?? -1, disc: discs.get(album)! > 1 ? disc : -1, length: seconds * 1e9, genre: genre ?? '',
  })));
  for (const song of library.songs) {
    const { art } = listed.find((row) => row.id === song.id)!;
    assert.match(art, song.cover ? /^file:/ : /^$/, `${song.title}: a cover that was read is a file of its own`);
  }
});

for (const title of HEARD)
  test(`it plays ${title}`, async () => {
    const song = library.song(title), { url } = (await rows()).find((row) => row.id === song.id)!;
    assert.equal(await listened(async () => {
      await play('--stop');
      await until('silence', async () => (await desktop.property('strawberry', 'PlaybackStatus')) === 'Stopped', 30, 100);
      const recording = await desktop.record();
      await play('--load', '--play', url);
      return complaintOf(await recording.toItsEnd(song.seconds + 20), song.sound);
    }), '');
  });

test('it goes on from the middle of a long track', async () => {
  const song = library.song(LONG), { url } = (await rows()).find((row) => row.id === song.id)!;
  assert.equal(await listened(async () => {
    await play('--load', '--play', url);
    await until('it to play', async () => Number(await desktop.property('strawberry', 'Position')) > 0, 30, 100);
    await play('--seek-to', '60');
    await until('the place', async () => Number(await desktop.property('strawberry', 'Position')) > 60e6, 30, 100);
    const heard = await (await desktop.record()).forSeconds(4);
    await play('--stop');
    return complaintOf(heard, song.sound, { part: { from: 63, reach: 4, seconds: 2.5 } });
  }), '');
});
