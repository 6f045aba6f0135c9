import i18next from 'i18next';
import { expect, it } from 'vitest';
import { detectLanguage, isText, setLanguage, withTexts } from '.';

it('takes the saved language before the browser’s', () => expect(detectLanguage('es', ['fr-FR'])).toBe('es'));
it('takes the first of the browser’s languages that it speaks', () => expect(detectLanguage(null, ['de-DE', 'fr-CA', 'en'])).toBe('fr'));
it('speaks English to everybody else', () => expect(detectLanguage('xx', ['de', 'pt-BR'])).toBe('en'));

it('changes the language, tells the document, and remembers', async () => {
  await setLanguage('fr');
  expect(i18next.t('common.cancel')).toBe('Annuler');
  expect(document.documentElement.lang).toBe('fr');
  expect(localStorage.getItem('veza.language')).toBe('fr');
  await setLanguage('en');
});

it('loads texts at the same time as the code that shows them, and hands on the code', async () => {
  const page = { Component: () => null };
  await expect(withTexts(() => Promise.resolve(page), 'playlists', 'comments')()).resolves.toBe(page);
  expect(i18next.t('playlists.title')).toBe('Your playlists');
});

it('has the texts of what was opened in another language too, once that is chosen', async () => {
  await setLanguage('es');
  expect(i18next.t('playlists.title')).toBe('Tus listas');
  await setLanguage('en');
});

it('knows which keys have a text, also one that counts, and that a group of texts is none', () => {
  expect(['errors.network', 'errors.too_many_requests', 'errors.field', 'errors.no_such_code'].map(isText)).toEqual([true, true, false, false]);
});
