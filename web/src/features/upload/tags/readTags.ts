/* What the tags in a sound file say, cleaned and bounded. Reads only the parts of the file that hold tags. Runs in a worker. */

import { parseBlob, type IAudioMetadata } from 'music-metadata';

export interface FileTags {
  /** Only what the file says. All text, as the form has it. */
  fields: Partial<Record<TagField, string>>;
  /** JPEG, PNG or WebP as it is in the file. */
  picture: Blob | null;
}

export type TagField = 'title' | 'artist' | 'album' | 'genre' | 'tags' | 'year' | 'bpm' | 'musical_key';

/** A file whose tags need more than this is read as far as this goes. A picture takes up to 27 MB in Ogg (base64). */
const READ_MAX = 48_000_000;
/** As the server has it. */
const PICTURE_MAX = 20 * 1024 * 1024;

/** Text that says nothing, or that changes how the text around it is shown. */
const UNSEEN = /[\p{Cc}\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFFD]+/gu;

/** UTF-8 that was read as Latin-1, which is common in WAV, made whole again. */
function asUtf8(text: string): string {
  if (!/[\u0080-\u00FF]/.test(text) || /[^\0-\u00FF]/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(text, (c) => c.charCodeAt(0)));
  } catch {
    return text;
  }
}

function clean(value: unknown, max: number): string {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  const text = asUtf8(String(value).slice(0, 4 * max)).replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
  return text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '').trim();
}

function wholeNumber(value: unknown, max: number): string {
  const number = Math.round(Number(value));
  return number >= 1 && number <= max ? String(number) : '';
}

/** The first genre is the genre, the others are tags. */
function fieldsOf({ common }: IAudioMetadata): FileTags['fields'] {
  const [genre = '', ...others] = (common.genre ?? []).map((name) => clean(name, 100)).filter(Boolean);
  const artists = (common.artists ?? []).map((name) => clean(name, 255)).filter(Boolean);
  const tags = [...others, ...(common.keywords ?? []), common.mood].flatMap((text) => clean(text, 1000).split(/[,;]/)).map((tag) => clean(tag, 30).toLowerCase());
  const all: Record<TagField, string> = {
    title: clean(common.title, 255),
    artist: artists.length > 1 ? clean(artists.join(', '), 255) : clean(common.artist, 255),
    album: clean(common.album, 255),
    genre,
    tags: [...new Set(tags.filter(Boolean))].slice(0, 30).join(', '),
    year: wholeNumber(common.year, 2100),
    bpm: wholeNumber(common.bpm, 999),
    musical_key: clean(common.key, 10),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** By its first bytes: the type that a tag states is often wrong. */
function pictureType(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith('\xFF\xD8\xFF')) return 'image/jpeg';
  if (head.startsWith('\x89PNG\r\n\x1A\n')) return 'image/png';
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'image/webp' : null;
}

function pictureOf({ common }: IAudioMetadata): Blob | null {
  const usable = (common.picture ?? []).filter(({ data }) => data.length <= PICTURE_MAX && pictureType(data));
  const picture = usable.find(({ type }) => /front/i.test(type ?? '')) ?? usable[0];
  return picture ? new Blob([new Uint8Array(picture.data)], { type: pictureType(picture.data) ?? '' }) : null;
}

/** The file as the parser may see it: without the type that its name suggests, and not more of it than READ_MAX. */
function bounded(file: Blob): Blob {
  let left = READ_MAX;
  const slice = (from = 0, to = file.size) => {
    left -= to - from;
    if (left < 0) throw new RangeError('too much to read');
    return file.slice(from, to);
  };
  return { size: file.size, type: '', slice } as unknown as Blob;
}

/** Never fails: tags that are damaged give what could be read before the damage. */
export async function readTags(file: Blob): Promise<FileTags> {
  let seen: IAudioMetadata | undefined;
  try {
    seen = await parseBlob(bounded(file), { observer: ({ metadata }) => void (seen = metadata as IAudioMetadata) });
  } catch {
    /* what was seen until then counts */
  }
  return seen ? { fields: fieldsOf(seen), picture: pictureOf(seen) } : { fields: {}, picture: null };
}
