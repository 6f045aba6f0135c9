import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeAll } from 'vitest';
import { loadMoreWords, startI18n } from '@/lib/i18n';
import { setPersonHere } from '@/lib/session/hint';

/* pages are loaded when first asked for, which takes its time on a busy machine */
configure({ asyncUtilTimeout: 4000 });

beforeAll(async () => {
  localStorage.setItem('veza.language', 'en');
  await startI18n();
  await loadMoreWords();
});

afterEach(() => {
  cleanup();
  localStorage.clear();
  setPersonHere(null);
});

/* what jsdom leaves out and components call */
Element.prototype.hasPointerCapture ??= () => false;
Element.prototype.scrollIntoView ??= () => undefined;
globalThis.Path2D ??= Object as unknown as typeof Path2D;
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
