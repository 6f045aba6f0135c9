import i18next from 'i18next';
import { expect, it } from 'vitest';
import { detectLanguage, setLanguage } from '.';

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
