import { expect, it } from 'vitest';
import { momentsIn } from './moments';

const found = (text: string, length = 7200) => momentsIn(text, length).flatMap((piece) => (typeof piece === 'string' ? [] : [[piece.text, piece.seconds]]));

it('finds the times that a text names, and keeps the rest as it stands', () => {
  expect(momentsIn('At 1:05 the choir, [0:07] too', 100)).toEqual(['At ', { text: '1:05', seconds: 65 }, ' the choir, [', { text: '0:07', seconds: 7 }, '] too']);
  expect(found('1:02:03 and 75:00')).toEqual([['1:02:03', 3723], ['75:00', 4500]]);
  expect(momentsIn('', 100)).toEqual([]);
  expect(momentsIn('No time', 100)).toEqual(['No time']);
});

it('takes nothing else for a time in the track', () => {
  for (const text of ['3:60', '2:1', '1:2:03', '12:34:56:78', 'v1.2:30', '10:30 pm', '4:30am', '16:9', '1/2:30', '1:70:00']) expect(found(text)).toEqual([]);
  expect(found('2:00', 119)).toEqual([]);
  expect(found('1:59 and 2:00.', 120)).toEqual([['1:59', 119], ['2:00', 120]]);
});
