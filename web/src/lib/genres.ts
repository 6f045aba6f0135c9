/* Genres are kept by their English names, the same for everybody, and shown in the language of the page. Anything else may be typed. */

import i18next from 'i18next';
import { isText } from '@/lib/i18n';

/** Offered as suggestions. */
export const GENRES = [
  'Ambient',
  'Blues',
  'Classical',
  'Country',
  'Drum and bass',
  'Dub',
  'Electronic',
  'Experimental',
  'Folk',
  'Funk',
  'Hip-hop',
  'House',
  'Indie',
  'Jazz',
  'Metal',
  'Pop',
  'Punk',
  'R&B',
  'Reggae',
  'Rock',
  'Soul',
  'Techno',
  'Trap',
] as const;

const known = new Set<string>(GENRES.map((genre) => genre.toLowerCase()));

/** "Classical" → "Classique" on a French page; what has no name of its own there stays as it is. */
export function genreName(genre: string): string {
  const key = `genres.${genre.toLowerCase()}`;
  return known.has(genre.toLowerCase()) && isText(key) ? i18next.t(key) : genre;
}

/** The genre that somebody means who types its name in their language. */
export function genreOf(name: string): string {
  const typed = name.toLowerCase();
  return GENRES.find((genre) => genreName(genre).toLowerCase() === typed) ?? name;
}
