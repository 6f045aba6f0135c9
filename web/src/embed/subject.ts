/* What the frame shows: a track, a release or a playlist, by its public address or by a link. */

import type { Playlist, PlaylistItem, Release, ReleaseTrack, SharedTrack, Track } from '@/lib/api/schema';
import { byline } from '@/lib/format/byline';
import { get, Missing } from './api';

export interface Piece {
  id: string;
  title: string;
  by: string;
  durationMs: number;
  coverUrl: string | null;
  waveformUrl: string | null;
  /** Null: it cannot be heard here. */
  manifestUrl: string | null;
}

export interface Subject {
  /** Its page on this site. */
  page: string;
  title: string;
  by: string;
  /** Null: there is none, and what is drawn comes from `seed`. */
  coverUrl: string | null;
  seed: string;
  pieces: Piece[];
  /** A track is none. */
  isList: boolean;
  /** The list goes on, on its page. */
  hasMore: boolean;
}

const MOST_PIECES = 100;

interface Listed {
  next: string | null;
  items: (Pick<PlaylistItem & ReleaseTrack, 'track_id' | 'title' | 'artist' | 'duration_ms' | 'cover_url' | 'waveform_url' | 'stream_manifest_url' | 'creator'>)[];
}

const pieceOf = (track: Pick<Track & SharedTrack, 'id' | 'title' | 'artist' | 'creator' | 'duration_ms' | 'cover_url' | 'waveform_url' | 'stream_manifest_url'>): Piece => ({
  id: track.id,
  title: track.title,
  by: byline(track),
  durationMs: track.duration_ms ?? 0,
  coverUrl: track.cover_url,
  waveformUrl: track.waveform_url,
  manifestUrl: track.stream_manifest_url,
});

/** Items whose track a visitor does not see are left out. */
const piecesOf = ({ items }: Listed): Piece[] =>
  items.flatMap(({ track_id: id, title, creator, ...track }) => (id && title !== null && creator ? [pieceOf({ ...track, id, title, creator })] : []));

const ofTrack = (page: string, piece: Piece): Subject => ({ page, title: piece.title, by: piece.by, coverUrl: piece.coverUrl, seed: piece.id, pieces: [piece], isList: false, hasMore: false });

function pageData(): Track | null {
  try {
    return JSON.parse(document.getElementById('page-data')?.textContent ?? 'null') as Track | null;
  } catch {
    return null;
  }
}

const listed = (items: Listed) => ({ pieces: piecesOf(items), isList: true, hasMore: items.next !== null });

async function playlist(page: string, path: string): Promise<Subject> {
  const [list, items] = await Promise.all([get<Playlist>(path), get<Listed>(`${path}/tracks?limit=${MOST_PIECES}`)]);
  const first = list.covers[0];
  return { page, title: list.name, by: list.owner.display_name, coverUrl: first?.cover_url ?? null, seed: first?.id ?? list.id, ...listed(items) };
}

async function release(page: string, slug: string): Promise<Subject> {
  const found = await get<Release>(`/releases/by-slug/${slug}`);
  const items = await get<Listed>(`/releases/${found.id}/tracks?limit=${MOST_PIECES}`);
  return { page, title: found.title, by: byline(found), coverUrl: found.cover_url, seed: items.items[0]?.track_id ?? found.id, ...listed(items) };
}

/** `path` is the frame's own, such as /embed/track/1: that of the page behind /embed. */
export async function subjectAt(path: string): Promise<Subject> {
  const page = path.replace(/^\/embed/, '').replace(/\/$/, '');
  const [kind = '', ...rest] = page.slice(1).split('/');
  const last = rest.at(-1) ?? '';
  if (kind === 'track' && rest.length === 2) return ofTrack(page, pieceOf(await get<SharedTrack>(`/tracks/shared/${last}`)));
  if (kind === 'track') return ofTrack(page, pieceOf(pageData() ?? (await get<Track>(`/tracks/${last}`))));
  if (kind === 'playlist') return playlist(page, `/playlists/${last}`);
  if (kind === 'p') return playlist(page, `/playlists/shared/${last}`);
  if (kind === 'release') return release(page, last);
  throw new Missing();
}
