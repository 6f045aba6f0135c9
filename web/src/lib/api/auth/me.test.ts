import { expect, it } from 'vitest';
import { hasSessionHint, noteSignedOut, personHere, setSessionHint } from '@/lib/session/hint';
import { ada } from '@/testing/fixtures';
import { fakeServer } from '@/testing/server';
import { fetchMe } from './me';

it('a reply that comes after signing out in another tab brings no note of the person back', async () => {
  setSessionHint(true);
  fakeServer({
    'GET /auth/me': () => {
      noteSignedOut(); /* as another tab does */
      return { body: ada };
    },
  });
  await expect(fetchMe()).resolves.toBeNull();
  expect(hasSessionHint()).toBe(false);
  expect(personHere()).toBeNull();
  expect(JSON.stringify({ ...localStorage })).not.toContain(ada.id);
});
