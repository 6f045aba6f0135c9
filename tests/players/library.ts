/** What the players are to find: a Veza with releases of several discs, odd names, originals and renditions, and a long track. */
import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assertStatus } from '../support/client.ts';
import { encodeWith, png, wav, type Sound } from '../support/media.ts';
import { playable, type UploadFields } from '../support/tracks.ts';
import { World, type Person } from '../support/world.ts';
import { melody } from './sound.ts';

export interface Song {
  id: string;
  title: string;
  album: string;
  artist: string;
  seconds: number;
  track: number | null;
  disc: number | null;
  genre: string | null;
  cover: boolean;
  sound: Sound;
}

export interface Library {
  world: World;
  api: string;
  username: string;
  password: string;
  songs: Song[];
  albums: number;
  /** By its title. */
  song: (title: string) => Song;
}

/** The same sound, as it was uploaded and as AAC. */
export const LONG = 'The long one', LONG_AAC = 'The long one, not for download', LONG_S = 80;
/** Those that are listened to: one that is streamed as it was uploaded, in stereo and in mono, and one that is streamed as AAC. */
export const HEARD = ['Déjà vu <&> "naïve" Ångström', 'Only one ear', '夜の電車 – 東京 🎷'];

async function flac(sound: Sound): Promise<Buffer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-players-')), [from, to] = [path.join(folder, 'a.wav'), path.join(folder, 'a.flac')];
  writeFileSync(from, wav(sound));
  await encodeWith(from, to, []);
  return readFileSync(to);
}

/** `name`: of the test file. Everything is public, and the person who listens is alice. */
export async function makeLibrary(name: string): Promise<Library> {
  const world = await World.start(name);
  const { status, body: app } = await world.as('alice').post('/api/v1/app-passwords', { body: { name } });
  assert.equal(status, 201);
  const songs: Song[] = [];
  let seed = 0, albums = 0;
  const sing = (seconds: number, channels = 2) => melody(seconds, ++seed, { channels });

  const upload = async (person: Person, title: string, sound: Sound, fields: UploadFields = {}): Promise<Song> => {
    const { id, duration, genre } = await playable(world.as(person), { title, file: wav(sound), ...fields });
    assert.ok(duration, title);
    const song: Song = { id: `tr-${id}`, title, album: 'Singles', artist: person, seconds: duration, track: null, disc: null, genre, cover: !!fields.cover, sound };
    songs.push(song);
    return song;
  };
  const plain = ({ id }: Song) => id.slice('tr-'.length);
  const release = async (person: Person, title: string, discs: Song[][]) => {
    const made = await world.as(person).post('/api/v1/releases', { body: { title, kind: 'album', visibility: 'public', track_ids: discs[0]!.map(plain) } });
    assertStatus(made, 201);
    for (const [n, disc] of discs.entries()) {
      if (n) assertStatus(await world.as(person).post('/api/v1/releases/{id}/tracks', { path: { id: made.body.id }, body: { track_ids: disc.map(plain), disc: n + 1 } }), 201);
      disc.forEach((song, i) => Object.assign(song, { album: title, track: i + 1, disc: n + 1 }));
    }
    albums++;
  };

  const first = await upload('carol', HEARD[0]!, sing(4), { genre: 'House', is_downloadable: 'true', cover: png(700, 700) });
  const second = await upload('carol', HEARD[2]!, sing(5), { genre: 'House', cover: png(500, 500) });
  const third = sing(2), fourth = sing(2);
  await release('carol', 'Night & <day>: "live" – 第一集', [[first, second], [
    await upload('carol', 'It\'s #1? 100% / a+b; c=d', third, { genre: 'Techno', is_downloadable: 'true', file: await flac(third), filename: 'x.flac' }),
    await upload('carol', 'Ελληνικά и русский', fourth)]]);
  await upload('dave', HEARD[1]!, sing(3, 1), { is_downloadable: 'true', cover: png(400, 400) });
  const long = sing(LONG_S, 1);
  await upload('dave', LONG, long, { is_downloadable: 'true' });
  await upload('dave', LONG_AAC, long);
  albums++; /* Dave's singles */
  /* More albums than Strawberry asks for at a time. */
  await Promise.all(Array.from({ length: 11 }, async (_, i) => release('dave', `Small album ${i}`, [[await upload('dave', `Small song ${i}`, sing(1))]])));
  return {
    world, api: world.server.api, username: app.username, password: app.password, songs, albums,
    song: (title) => {
      const found = songs.find((song) => song.title === title);
      assert.ok(found, title);
      return found;
    },
  };
}

/** Lists of songs in an order of their own, so that they can be compared. */
export const inOrder = <T extends { id: string }>(list: readonly T[]): T[] => [...list].sort((a, b) => (a.id < b.id ? -1 : 1));
