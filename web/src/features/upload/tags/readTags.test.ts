/* Real files, made by FFmpeg. */
import { Blob as FileBlob } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTags } from './readTags';

const folder = mkdtempSync(join(tmpdir(), 'veza-tags-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args]);

const picture = join(folder, 'cover.jpg');
ffmpeg('-f', 'lavfi', '-i', 'color=teal:s=64x64', '-frames:v', '1', picture);

const said = { title: 'Första <b>ljuset</b>', artist: 'Nova', album: 'Dawn', genre: 'Ambient', date: '1999' };
const metadata = (tags: Record<string, string>) => Object.entries(tags).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]);

/** Two seconds of sound with tags. */
function made(name: string, tags: Record<string, string> = said, more: string[] = []): Buffer {
  const file = join(folder, name);
  ffmpeg('-f', 'lavfi', '-i', 'sine=440:d=2', ...more, ...metadata(tags), file);
  return readFileSync(file);
}
const withCover = ['-i', picture, '-map', '0', '-map', '1', '-c:v', 'copy', '-disposition:v', 'attached_pic'];

/** A PICTURE block of FLAC, as Ogg has it in base64. */
function oggPicture(bytes: Buffer, type = 'image/jpeg'): string {
  const number = (n: number) => Buffer.from([n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  return Buffer.concat([number(3), number(type.length), Buffer.from(type), number(0), number(64), number(64), number(24), number(0), number(bytes.length), bytes]).toString('base64');
}

/** An ID3v2.3 tag of these frames before some sound. */
function id3(frames: [id: string, body: Buffer][], sound = made('plain.mp3', {}, ['-write_id3v2', '0', '-write_xing', '0'])): Buffer {
  const body = Buffer.concat(frames.map(([id, content]) => {
    const head = Buffer.alloc(10);
    head.write(id, 'latin1');
    head.writeUInt32BE(content.length, 4);
    return Buffer.concat([head, content]);
  }));
  const head = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, body.length >>> 21 & 127, body.length >>> 14 & 127, body.length >>> 7 & 127, body.length & 127]);
  return Buffer.concat([head, body, sound]);
}
const text = (value: string) => Buffer.concat([Buffer.from([3]), Buffer.from(value)]);
const apic = (type: string, bytes: Buffer) => Buffer.concat([Buffer.from([0]), Buffer.from(`${type}\0\x03\0`, 'latin1'), bytes]);
const blob = (bytes: Buffer) => new FileBlob([new Uint8Array(bytes)]) as unknown as Blob;
const bytesOf = (file: Blob | null) =>
  new Promise<Buffer>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(Buffer.from(reader.result as ArrayBuffer));
    reader.onerror = reject;
    reader.readAsArrayBuffer(file ?? new Blob());
  });

describe('tags', () => {
  const fields = { title: said.title, artist: 'Nova', album: 'Dawn', genre: 'Ambient', year: '1999' };

  it.each([
    ['MP3', 'a.mp3', ['-id3v2_version', '3']],
    ['FLAC', 'a.flac', []],
    ['M4A', 'a.m4a', ['-c:a', 'aac']],
  ])('and the picture of %s are read as they are', async (_format, name, more) => {
    const tags = await readTags(blob(made(name, said, [...withCover, ...more])));
    expect(tags.fields).toEqual(fields);
    expect(tags.picture?.type).toBe('image/jpeg');
    expect(await bytesOf(tags.picture)).toEqual(readFileSync(picture));
  });

  it.each([
    ['Opus', 'a.opus', 'libopus'],
    ['Ogg Vorbis', 'a.ogg', 'libvorbis'],
  ])('and the picture of %s are read as they are', async (_format, name, codec) => {
    const tags = await readTags(blob(made(name, { ...said, METADATA_BLOCK_PICTURE: oggPicture(readFileSync(picture)) }, ['-c:a', codec])));
    expect(tags.fields).toEqual(fields);
    expect(await bytesOf(tags.picture)).toEqual(readFileSync(picture));
  });

  it.each([
    ['WAV', 'a.wav', []],
    ['AIFF', 'a.aiff', ['-write_id3v2', '1']],
  ])('of %s are read as they are', async (_format, name, more) => expect((await readTags(blob(made(name, said, more)))).fields).toEqual(fields));

  it('of the first kind, ID3v1, are read at the end of a file', async () => {
    const tag = Buffer.alloc(128);
    tag.write('TAGOld one', 'latin1');
    tag.write('Nova', 33, 'latin1');
    tag[127] = 26; /* Ambient */
    const sound = made('old.mp3', {}, ['-id3v2_version', '0']);
    expect((await readTags(blob(Buffer.concat([sound, tag])))).fields).toEqual({ title: 'Old one', artist: 'Nova', genre: 'Ambient' });
  });

  it('of several genres give one genre and the others as tags', async () => {
    const bytes = made('genres.flac', { title: 'x', genre: 'FIRST' });
    const many = id3([['TCON', text('Ambient\0Dub\0Tape')], ['TBPM', text('122')], ['TKEY', text('F#m')]]);
    expect((await readTags(blob(bytes))).fields).toEqual({ title: 'x', genre: 'FIRST' });
    expect((await readTags(blob(many))).fields).toEqual({ genre: 'Ambient', tags: 'dub, tape', bpm: '122', musical_key: 'F#m' });
  });

  it('are none in a file that has none, and in one that is no sound', async () => {
    expect(await readTags(blob(made('none.flac', {})))).toEqual({ fields: {}, picture: null });
    expect(await readTags(blob(Buffer.from('no music here')))).toEqual({ fields: {}, picture: null });
    expect(await readTags(blob(Buffer.alloc(0)))).toEqual({ fields: {}, picture: null });
  });

  it('are kept short and without signs that nobody sees', async () => {
    const { fields: read } = await readTags(blob(id3([['TIT2', text(`\u202Egnol\u202C ${'é'.repeat(400)}`)], ['TPE1', text('a\tb\u200Bc')], ['TYER', text('99999')], ['TBPM', text('-3')]])));
    expect(read.title).toMatch(/^gnol é+$/);
    expect(read.title).toHaveLength(255);
    expect(read).toEqual({ title: read.title, artist: 'a b c' });
  });
});

describe('a picture', () => {
  const jpeg = readFileSync(picture);

  it('is what its bytes say, whatever type its tag states', async () => {
    for (const type of ['image/jpg', 'PNG', 'text/html', '']) expect((await readTags(blob(id3([['APIC', apic(type, jpeg)]])))).picture?.type).toBe('image/jpeg');
    for (const bytes of ['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', '<html>', 'GIF89a']) {
      expect((await readTags(blob(id3([['TIT2', text('x')], ['APIC', apic('image/jpeg', Buffer.from(bytes))]])))).picture).toBeNull();
    }
  });

  it('of 20 MB is read, a larger one is not, and the rest of the tags is', async () => {
    const large = (size: number) => Buffer.concat([jpeg, Buffer.alloc(size - jpeg.length)]);
    const most = await readTags(blob(id3([['TIT2', text('x')], ['APIC', apic('image/jpeg', large(20 * 1024 * 1024))]])));
    expect(most.picture?.size).toBe(20 * 1024 * 1024);
    for (const size of [20 * 1024 * 1024 + 1, 60_000_000]) {
      const more = await readTags(blob(id3([['TIT2', text('x')], ['APIC', apic('image/jpeg', large(size))]])));
      expect(more.picture).toBeNull();
      if (size < 48_000_000) expect(more.fields.title).toBe('x');
    }
  });
});

it('reads no more of a long file than its tags take', async () => {
  for (const name of ['long.flac', 'long.mp3', 'long.opus', 'long.m4a', 'long.wav']) {
    ffmpeg('-f', 'lavfi', '-i', 'sine=440:d=60', ...metadata(said), join(folder, name));
    const file = blob(readFileSync(join(folder, name)));
    let read = 0;
    const counted = { size: file.size, slice: (from: number, to: number) => ((read += to - from), file.slice(from, to)) } as Blob;
    expect((await readTags(counted)).fields.title).toBe(said.title);
    expect(read, `${name} of ${file.size} bytes`).toBeLessThan(200_000);
  }
});

it('never fails, whatever is damaged', async () => {
  const bytes = [made('d.mp3', said, [...withCover]), made('d.flac', said, [...withCover]), made('d.m4a', said, [...withCover, '-c:a', 'aac']), made('d.opus'), made('d.wav')];
  let seed = 1;
  const random = (below: number) => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % below;
  for (const whole of bytes) {
    for (let round = 0; round < 60; round++) {
      const broken = Buffer.from(whole.subarray(0, round % 3 ? whole.length : random(whole.length)));
      for (let i = 0; i < 8; i++) broken[random(Math.min(broken.length, 4096))] = random(256);
      const { fields: read } = await readTags(blob(broken));
      for (const value of Object.values(read)) expect(typeof value).toBe('string');
    }
  }
}, 60_000);
