import { afterEach, expect, it } from 'vitest';
import { formOf, changesOf } from '@/components/track/trackSchema';
import { setLanguage } from '@/lib/i18n';
import { track } from '@/testing/fixtures';
import { GENRES, genreName, genreOf } from './genres';

afterEach(() => setLanguage('en'));

it('a genre is shown in the language of the page and kept by its English name', async () => {
  await setLanguage('fr');
  expect(genreName('classical')).toBe('Classique');
  expect(genreName('Zeuhl')).toBe('Zeuhl');
  expect(genreName('a.b')).toBe('a.b');
  expect(genreName('')).toBe('');
  const form = formOf(track({ genre: 'Electronic' }));
  expect(form.genre).toBe('Électronique');
  expect(changesOf(form).genre).toBe('Electronic');
  expect(changesOf({ ...form, genre: 'classique' }).genre).toBe('Classical');
  expect(changesOf({ ...form, genre: '' }).genre).toBeNull();
  expect(changesOf({ ...form, genre: 'Zouk' }).genre).toBe('Zouk');
});

it('every genre that is offered comes back from its name in each language', async () => {
  for (const language of ['en', 'fr', 'es'] as const) {
    await setLanguage(language);
    expect(GENRES.map(genreName).map(genreOf)).toEqual(GENRES);
  }
});
