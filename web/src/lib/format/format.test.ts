import { expect, it } from 'vitest';
import { ago, bytes, clock, countdown, day, dayIn, dayName, formatName, isoDuration, wait, withRegion } from './format';

it.each([
  [0, '0:00'],
  [999, '0:00'],
  [59_999, '0:59'],
  [60_000, '1:00'],
  [187_250, '3:07'],
  [3_599_999, '59:59'],
  [3_600_000, '1:00:00'],
  [37_230_000, '10:20:30'],
  [-5, '0:00'],
])('%i ms read as %s', (ms, text) => expect(clock(ms)).toBe(text));

it.each([
  ['audio/mpeg', 'MP3'],
  ['mp3', 'MP3'],
  ['audio/x-wav', 'WAV'],
  ['audio/mp4', 'M4A'],
  ['audio/x-m4a', 'M4A'],
  ['flac', 'FLAC'],
])('%s is %s to people', (format, name) => expect(formatName(format)).toBe(name));

it('gives machines a duration they know', () => expect(isoDuration(187_250)).toBe('PT187S'));

it('scales bytes the way people say them, in their language', () => {
  expect(bytes(900, 'en')).toBe('900 bytes');
  expect(bytes(1, 'en')).toBe('1 byte');
  expect(bytes(900, 'fr').replace(/\s/g, ' ')).toBe('900 octets');
  expect(bytes(12_400_000, 'en')).toBe('12.4 MB');
  expect(bytes(12_400_000, 'fr').replace(/\s/g, ' ')).toBe('12,4 Mo');
  expect(bytes(2_000_000_000, 'es').replace(/\s/g, ' ')).toBe('2 GB');
});

it('never promises less waiting than there is', () => {
  expect(wait(0.2, 'en')).toBe('1 sec');
  expect(wait(61, 'en')).toBe('2 min');
  expect(wait(3601, 'en')).toBe('2 hr');
});

it('tells how long ago in whole steps', () => {
  const now = Date.parse('2026-06-15T12:00:00Z');
  expect(ago('2026-06-15T11:59:40Z', 'en', now)).toBe('now');
  expect(ago('2026-06-15T11:15:00Z', 'en', now)).toBe('45 minutes ago');
  expect(ago('2026-06-14T11:00:00Z', 'fr', now)).toBe('hier');
  expect(ago('2024-06-01T00:00:00Z', 'es', now)).toBe('hace 2 años');
});

it('names the days that people name', () => {
  const now = new Date(2026, 5, 15, 0, 10);
  expect(dayName(new Date(2026, 5, 15, 0, 1).toISOString(), 'en', now)).toBe('today');
  expect(dayName(new Date(2026, 5, 14, 23, 50).toISOString(), 'fr', now)).toBe('hier');
  expect(dayName(new Date(2026, 5, 12, 12).toISOString(), 'en', now)).toBe('June 12, 2026');
});

it('writes dates as the region of the reader does', () => {
  expect(withRegion('en', ['fr-CA', 'en-GB', 'en-US'])).toBe('en-GB');
  expect(withRegion('es', ['en-GB'])).toBe('es');
  expect(day('2026-06-12T12:00:00Z', withRegion('en', ['en-GB']))).toBe('12 June 2026');
});

it('counts down in days of the language, hours, minutes and seconds', () => {
  expect(countdown(93_784_000, 'en')).toBe('1 day 02:03:04');
  expect(countdown(2 * 86_400_000, 'fr')).toMatch(/^2\sjours 00:00:00$/);
  expect(countdown(999, 'es')).toBe('00:00:01');
  expect(countdown(-5, 'en')).toBe('00:00:00');
});

it('a date is the day that it was where it was entered, also in a zone that the browser does not know', () => {
  expect(dayIn('2026-01-30T23:00:00Z', 'Europe/Paris', 'en')).toBe('January 31, 2026');
  expect(dayIn('2026-01-30T23:00:00Z', 'America/Cayenne', 'en')).toBe('January 30, 2026');
  expect(dayIn('2026-01-30T12:00:00Z', 'Mars/Olympus', 'en')).toMatch(/January 30/);
});
