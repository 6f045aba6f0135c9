import { describe, expect, it } from 'vitest';
import { chapterAt, chaptersIn } from './chapters';

const LENGTH = 7200;
const found = (description: string, length = LENGTH) => chaptersIn(description, length).chapters.map(({ seconds, title }) => [seconds, title]);

it('a pasted track list becomes chapters, and the rest of the description stays', () => {
  expect(chaptersIn('Recorded in June.\n\nTracklist:\n0:00 Slack water\n12:30 Night ferry\n1:02:03 Harbour lights\n\n\nThanks to Ana.', LENGTH)).toEqual({
    chapters: [
      { seconds: 0, title: 'Slack water', links: [] },
      { seconds: 750, title: 'Night ferry', links: [] },
      { seconds: 3723, title: 'Harbour lights', links: [] },
    ],
    rest: 'Recorded in June.\n\nTracklist:\n\nThanks to Ana.',
  });
});

describe('the time stands at the beginning or at the end of a line', () => {
  it.each([
    ['brackets', '[00:00] Slack water\n(12:30) Night ferry'],
    ['a dash', '0:00 - Slack water\n12:30 – Night ferry'],
    ['ranges', '00:00 - 12:30 Slack water\n12:30–15:00 Night ferry'],
    ['ranges in brackets', '[0:00-12:30] Slack water\n[12:30 — 2:00:00] - Night ferry'],
    ['numbers before', '1. 00:00 Slack water\n02) 12:30 Night ferry'],
    ['numbers after', '00:00 1. Slack water\n12:30 2. Night ferry'],
    ['bullets', '- 00:00 Slack water\n• 12:30 Night ferry'],
    ['the end', 'Slack water 0:00\n2. Night ferry - [12:30]'],
    ['ranges at the end', 'Slack water (0:00 - 12:30)\nNight ferry | 12:30-15:00'],
    ['lines of Windows, and spaces', '  0:00\tSlack water \r\n\r\n 12:30  Night ferry\r\n'],
  ])('with %s', (_, description) =>
    expect(found(description)).toEqual([
      [0, 'Slack water'],
      [750, 'Night ferry'],
    ]),
  );

  it('with titles that have figures, times, or another script in them', () => {
    expect(found('0:00 99 Red\n1:00 4:33 by Cage\n2:00 雨\n3:00 1999')).toEqual([
      [0, '99 Red'],
      [60, '4:33 by Cage'],
      [120, '雨'],
      [180, '1999'],
    ]);
  });
});

it.each([
  ['one only', '0:00 Slack water\nand more'],
  ['no words', '0:00\n12:30\n1:00:00 -'],
  ['nothing but ranges', '0:00 - 12:30\n12:30 - 15:00'],
  ['times within a line', 'The choir enters at 1:05, softly\nand leaves at 2:00 again'],
  ['times of a day', '10:30 pm doors\n11:30 pm concert'],
  ['other figures', '16:9 wide\n21:9 wider\n1:70:00 wrong\n1:80:00 wrong'],
  ['whole paragraphs', `0:00 ${'word '.repeat(60)}\n1:00 ${'word '.repeat(60)}`],
  ['nothing', ''],
])('%s: no chapters, and the description stays as it is', (_, description) => expect(chaptersIn(description, LENGTH)).toEqual({ chapters: [], rest: description }));

it('what is at the end or beyond is none', () => {
  expect(found('0:00 A\n1:00 B\n2:00 C\n3:00 D', 120)).toEqual([
    [0, 'A'],
    [60, 'B'],
  ]);
  expect(found('0:00 A\n2:00 B', 120)).toEqual([]);
  expect(found('0:00 A\n1:00 B', 0)).toEqual([]);
});

it('addresses in a line stay links, and are no part of the name', () => {
  expect(chaptersIn('0:00 Ana – Slack water - https://example.org/a?b=1:30\n1:00 [https://example.org/c] Night ferry https://example.org/c\n2:00 https://example.org/d', LENGTH).chapters).toEqual([
    { seconds: 0, title: 'Ana – Slack water', links: ['https://example.org/a?b=1:30'] },
    { seconds: 60, title: '[ ] Night ferry', links: ['https://example.org/c'] },
    { seconds: 120, title: 'https://example.org/d', links: ['https://example.org/d'] },
  ]);
});

it('of the same time the first counts', () => {
  const { chapters, rest } = chaptersIn('0:00 A\n0:00 Again\n1:00 B', LENGTH);
  expect(chapters.map(({ title }) => title)).toEqual(['A', 'B']);
  expect(rest).toBe('0:00 Again');
});

it('where the times go back, the longest list counts', () => {
  expect(found('Live at 22:15\n0:00 A\n5:00 B\n30:00 C')).toEqual([
    [0, 'A'],
    [300, 'B'],
    [1800, 'C'],
  ]);
  expect(found('5:00 A\n3:00 B\n1:00 C')).toEqual([]);
});

it('a description made to be slow is read at once', () => {
  const hostile = [`x${' '.repeat(9990)}y`, `0:00${' '.repeat(9990)}x`, '1:'.repeat(5000), '0:00 - '.repeat(1400), `${'-'.repeat(295)}x\n`.repeat(33), '1:00 a\n'.repeat(1400), `${' .'.repeat(148)}0:0\n`.repeat(33)];
  const began = performance.now();
  for (const description of hostile) expect(found(description)).toEqual([]);
  expect(performance.now() - began).toBeLessThan(3000);
});

it('a chapter lasts until the next begins', () => {
  const { chapters } = chaptersIn('0:10 A\n1:00 B', LENGTH);
  expect([0, 9.9, 10, 59.9, 60, 7000].map((position) => chapterAt(chapters, position)?.title)).toEqual([undefined, undefined, 'A', 'A', 'B', 'B']);
});
