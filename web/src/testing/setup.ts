import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { loadWords, startI18n } from '@/lib/i18n';
import { setPersonHere } from '@/lib/session/hint';

/* pages are loaded when first asked for, which takes its time on a busy machine */
configure({ asyncUtilTimeout: 4000 });

beforeAll(async () => {
  localStorage.setItem('veza.language', 'en');
  await startI18n();
  await Promise.all([loadWords('more'), loadWords('social')]);
});

afterEach(() => {
  cleanup();
  localStorage.clear();
  setPersonHere(null);
});

/* what a test has begun to load must not arrive after its file has ended, which fails the run on a busy machine */
afterAll(() => vi.dynamicImportSettled());

/* what jsdom leaves out and components call */
Element.prototype.hasPointerCapture ??= () => false;
Element.prototype.scrollIntoView ??= () => undefined;
globalThis.Path2D ??= Object as unknown as typeof Path2D;
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
