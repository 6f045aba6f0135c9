import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach, beforeAll } from 'vitest';
import { startI18n } from '@/lib/i18n';

beforeAll(async () => {
  localStorage.setItem('veza.language', 'en');
  await startI18n();
});

afterEach(() => {
  cleanup();
  localStorage.clear();
});
