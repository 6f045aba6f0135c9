import i18next from 'i18next';
import { afterEach, expect, it } from 'vitest';
import { setLanguage } from '@/lib/i18n';
import { deviceText } from '@/lib/format/device';
import { keyName } from './musicalKey';

afterEach(() => setLanguage('en'));

it('a key is named in the language of the page, and a short form stays as it is', async () => {
  expect(keyName('D dorian', i18next.t)).toBe('D dorian');
  await setLanguage('fr');
  expect(keyName('C major', i18next.t)).toBe('do majeur');
  expect(keyName('F# Minor', i18next.t)).toBe('fa dièse mineur');
  expect(['F#m', '8A', 'H-Dur'].map((key) => keyName(key, i18next.t))).toEqual(['F#m', '8A', 'H-Dur']);
  await setLanguage('es');
  expect(keyName('Bb mixolydian', i18next.t)).toBe('si bemol mixolidio');
});

it('a device is named in the language of the page', async () => {
  expect(deviceText('Chrome on Linux', i18next.t)).toBe('Chrome on Linux');
  await setLanguage('fr');
  expect(deviceText('Chrome on Linux', i18next.t)).toBe('Chrome sur Linux');
  expect(deviceText('Unknown device', i18next.t)).toBe('Appareil inconnu');
  expect(deviceText('radio on the roof', i18next.t)).toBe('radio on the roof');
});
