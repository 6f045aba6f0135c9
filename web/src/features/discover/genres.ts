import { GENRES } from '@/components/track/genres';

/** The genres to offer, with the chosen one among them even when it is nobody's standard. */
export function genres(chosen: string): readonly string[] {
  return chosen && !(GENRES as readonly string[]).includes(chosen) ? [chosen, ...GENRES] : GENRES;
}
