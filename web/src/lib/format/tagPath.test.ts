import { expect, test } from 'vitest';
import { tagPath } from './tagPath';

test('every tag has an address that is one segment of a path', () => {
  expect(tagPath('lo-fi & more')).toBe('/discover/tag/lo-fi%20%26%20more');
  expect(decodeURIComponent(tagPath('ac/dc'))).toBe('/discover/tag/ac／dc');
  expect(decodeURIComponent(tagPath('a\\b'))).toBe('/discover/tag/a＼b');
  expect(decodeURIComponent(tagPath('..'))).toBe('/discover/tag/．．');
  expect(tagPath('a.b')).toBe('/discover/tag/a.b');
});
