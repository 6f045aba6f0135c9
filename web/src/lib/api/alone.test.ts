import { expect, it } from 'vitest';
import { fakeServer, problem } from '@/testing/server';
import { logout } from './auth/logout';
import { get, put } from './client';
import { forgetCsrf } from './csrf';

const presence = () => put('/users/me/presence', { body: { status: 'online', track_id: null } });

it('nothing is sent while somebody signs out, nor after it; what was on its way to be sent is not', async () => {
  forgetCsrf();
  let token: () => void = () => undefined;
  let answer: (works: boolean) => void = () => undefined;
  const server = fakeServer({
    'GET /csrf-token': () => new Promise((resolve) => (token = () => resolve({ body: { csrf_token: 'x' } }))),
    'GET /tracks': {},
    'PUT /users/me/presence': {},
    'POST /auth/logout': () => new Promise((resolve) => (answer = (works) => resolve(works ? { status: 204 } : problem(503, 'unavailable')))),
  });
  const before = presence().catch((error: unknown) => error);
  await expect.poll(() => server.count('GET /csrf-token')).toBe(1);
  const refused = logout().catch((error: unknown) => error);
  token();
  expect(await before).toMatchObject({ code: 'network' });
  await expect.poll(() => server.count('POST /auth/logout')).toBe(1);
  const during = get('/tracks');
  answer(false);
  expect(await refused).toMatchObject({ code: 'unavailable' });
  await during; // they are still here, and the page goes on
  await presence();
  expect(server.count('PUT /users/me/presence')).toBe(1);

  const left = logout();
  await expect.poll(() => server.count('POST /auth/logout')).toBe(2);
  answer(true);
  await left;
  void presence();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(server.count('PUT /users/me/presence')).toBe(1);
});
