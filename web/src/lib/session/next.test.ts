import { expect, it } from 'vitest';
import { HOME, loginPath, safeNext } from './next';

it.each(['/library', '/track/1?t=3', '/discover?q=a%20b'])('goes on to %s', (path) => expect(safeNext(path)).toBe(path));

it.each([null, '', 'library', '//evil.example', '/\\evil.example', 'https://evil.example', '/a\\b', '/\t/evil.example', 'javascript:alert(1)', '/login?next=/x', '/register'])(
  'does not go on to %j',
  (path) => expect(safeNext(path)).toBe(HOME),
);

it('keeps the way back in the address of the sign-in page', () => {
  expect(loginPath('/library?q=a&page=2')).toBe('/login?next=%2Flibrary%3Fq%3Da%26page%3D2');
  expect(loginPath('/dashboard')).toBe('/login');
});
