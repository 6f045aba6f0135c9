/* What is searched for stands in the address of the page, so that it can be shared and Back undoes a filter. */

import type { SearchFilter, SearchKind, SearchSort } from '@/lib/api/search/search';
import { LICENCE_NAMES } from '@/lib/licences';

export const KINDS = ['tracks', 'releases', 'users', 'playlists'] as const satisfies readonly SearchKind[];
export const SORTS = ['relevance', 'newest', 'oldest', 'title'] as const satisfies readonly SearchSort[];
export const FILTERS = ['genre', 'tag', 'key', 'compatible', 'bpm_from', 'bpm_to', 'decade', 'minutes_from', 'minutes_to', 'licence', 'downloadable'] as const;

const number = (text: string | null, least: number, most: number) => {
  const value = text && /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : undefined;
};

export function readFilter(params: URLSearchParams): SearchFilter {
  const type = KINDS.find((kind) => kind === params.get('type'));
  const sort = SORTS.find((one) => one === params.get('sort'));
  const key = params.get('key'), genre = params.get('genre'), tag = params.get('tag');
  const decade = number(params.get('decade'), 1800, 2090);
  const from = number(params.get('bpm_from'), 1, 999), to = number(params.get('bpm_to'), 1, 999);
  const shortest = number(params.get('minutes_from'), 0, 60), longest = number(params.get('minutes_to'), 0, 60);
  const licence = LICENCE_NAMES.find((name) => name === params.get('licence'));
  return {
    q: (params.get('q') ?? '').trim().slice(0, 200),
    ...(type && { type }),
    ...(sort && { sort }),
    ...(genre && { genre: genre.slice(0, 100) }),
    ...(tag && { tag: tag.slice(0, 30) }),
    ...(key && /^([1-9]|1[0-2])[AB]$/.test(key) && { key, ...(params.get('compatible') && { compatible: true }) }),
    ...(from && { bpm_from: from }),
    ...(to && { bpm_to: to }),
    ...(decade !== undefined && { year_from: decade, year_to: decade + 9 }),
    ...(shortest && { duration_from: shortest * 60 }),
    ...(longest !== undefined && { duration_to: longest * 60 }),
    ...(licence && { licence }),
    ...(params.get('downloadable') && { downloadable: true }),
  };
}
