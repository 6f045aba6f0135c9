/* Keys are kept as they were typed or tagged. "D minor" is shown in the language of the page; short forms ("F#m", "8A") are the same everywhere. */

import type { TFunction } from 'i18next';

const KEY = /^([A-G])([#♯b♭]?) (major|minor|dorian|phrygian|lydian|mixolydian|aeolian|locrian)$/i;

type Note = 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | 'G';
type Mode = 'major' | 'minor' | 'dorian' | 'phrygian' | 'lydian' | 'mixolydian' | 'aeolian' | 'locrian';

export function keyName(key: string, t: TFunction): string {
  const [, note, accidental, mode] = KEY.exec(key) ?? [];
  if (!note || !mode) return key;
  const sign = accidental ? t(`track.key.${/[#♯]/.test(accidental) ? 'sharp' : 'flat'}`) : '';
  return `${t(`track.key.note.${note.toUpperCase() as Note}`)}${sign} ${t(`track.key.mode.${mode.toLowerCase() as Mode}`)}`;
}
