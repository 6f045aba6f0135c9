import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { loadAllTexts, startI18n } from '@/lib/i18n';
import { setPersonHere } from '@/lib/session/hint';

/* pages are loaded when first asked for, which takes its time on a busy machine */
configure({ asyncUtilTimeout: 4000 });

beforeAll(async () => {
  localStorage.setItem('veza.language', 'en');
  await startI18n();
  await loadAllTexts();
});

afterEach(() => {
  cleanup();
  localStorage.clear();
  setPersonHere(null);
});

/* What a test has begun must not go on after its file has ended, when there is no window any more: modules that are loaded, and the history,
 * which is brought in step with overlays after they close (lib/history/overlays.ts), in a few turns of the event loop. */
afterAll(async () => {
  vi.useRealTimers();
  await vi.dynamicImportSettled();
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
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
