/* Changes to a track in everything we have already loaded, so that a page shows them before the server has answered. */

import type { InfiniteData, Query, QueryClient } from '@tanstack/react-query';
import type { Track } from '@/lib/api/schema';
import type { List } from '@/lib/api/endless';

/* What is kept under any key: one thing, a list, or the pages of a list. Which of them name a track is told by their shape and not by
 * their key, so that a new list of tracks needs nothing here. */

/** A track itself, or what names one: an item of a playlist, a place of a release, a listening. */
type Naming = Track | (Partial<Track> & { track_id: string | null });

const isEndless = (data: object): data is InfiniteData<List<unknown>> => 'pages' in data && Array.isArray(data.pages);
const isList = (data: object): data is List<unknown> => 'items' in data && Array.isArray(data.items);

const names = (thing: unknown, id: string): thing is Naming =>
  typeof thing === 'object' && thing !== null && 'is_liked' in thing && ('track_id' in thing ? thing.track_id : 'id' in thing && thing.id) === id;

/** An item of the feed, which has the track in it. */
const tells = (thing: unknown, id: string): thing is { track: Track } =>
  typeof thing === 'object' && thing !== null && 'what' in thing && 'track' in thing && names(thing.track, id);

function isHeld(data: unknown, id: string): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const isIt = (item: unknown) => names(item, id) || tells(item, id);
  if (isEndless(data)) return data.pages.some((page) => page.items.some(isIt));
  return isList(data) ? data.items.some(isIt) : names(data, id);
}

/** Of all queries those in which the track is. */
export const holding = (id: string) => ({ predicate: (query: Query) => isHeld(query.state.data, id) });

/** Of a change what the lists that name tracks have as well. */
const SHARED = ['title', 'artist', 'album', 'cover_url', 'is_liked'] as const;

function changed(thing: Naming, patch: Partial<Track>): Naming {
  if (!('track_id' in thing)) return { ...thing, ...patch };
  const known = SHARED.filter((key) => key in thing && patch[key] !== undefined);
  return { ...thing, ...Object.fromEntries(known.map((key) => [key, patch[key]])) };
}

type Patch = Partial<Track> | ((track: Track) => Partial<Track>);

export function patchTrack(client: QueryClient, id: string, patch: Patch): void {
  /* a patch that is counted from what was there looks at `like_count` and the like, which only tracks have: elsewhere it is left out */
  const one = <T>(thing: T): T => {
    if (tells(thing, id)) return { ...thing, track: one(thing.track) };
    return names(thing, id) ? (changed(thing, typeof patch === 'function' ? patch(thing as Track) : patch) as T) : thing;
  };
  const list = (page: List<unknown>) => ({ ...page, items: page.items.map(one) });
  client.setQueriesData<object>(holding(id), (data) => {
    if (!data) return data;
    if (isEndless(data)) return { ...data, pages: data.pages.map(list) };
    return isList(data) ? list(data) : one(data);
  });
}

/** Takes a track out of all lists of tracks. What names it, such as an item of a playlist, keeps its place. */
export function dropTrack(client: QueryClient, id: string): void {
  const isIt = (thing: unknown) => tells(thing, id) || (names(thing, id) && !('track_id' in thing));
  const list = (page: List<unknown>) => {
    const items = page.items.filter((item) => !isIt(item));
    return { ...page, items, total: page.total && page.total - (page.items.length - items.length) };
  };
  client.setQueriesData<object>(holding(id), (data) => {
    if (!data) return data;
    if (isEndless(data)) return { ...data, pages: data.pages.map(list) };
    return isList(data) ? list(data) : data;
  });
}

export const invalidateTracks = (client: QueryClient) => client.invalidateQueries({ queryKey: ['tracks'] });
