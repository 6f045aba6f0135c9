/* Chapters of a recording, from the track list in its description. */

import { linksIn } from './links';
import { momentsIn, TIME } from './moments';

export interface Chapter {
  seconds: number;
  /** Without the addresses in it, as long as it says more. */
  title: string;
  links: readonly string[];
}

/** A longer line is no line of a track list. */
const LONGEST_LINE = 300;

/** One time, or from one to another, also in brackets. */
const TIMES = String.raw`[[(]?(${TIME})(?:\s?[-–—]\s?${TIME})?[\])]?`;
const NUMBER = String.raw`(?:\d{1,3}\s?[.)]|[-–—*•·])\s`;
const BETWEEN = String.raw`[\s\-–—|.,·>]*`;
const BEGINS = new RegExp(`^(?:${NUMBER}\\s*)?${TIMES}${BETWEEN}(.+)$`, 'iu');
const ENDS = new RegExp(`^(.+?)${BETWEEN}${TIMES}$`, 'iu');

/** The chapter that a line names: it begins or ends with a time, and says more than that. */
function chapterIn(text: string, length: number): Chapter | null {
  const line = text.trim();
  if (line.length > LONGEST_LINE) return null;
  const [, before, words] = BEGINS.exec(line) ?? [];
  const [, otherWords, after] = before === undefined ? (ENDS.exec(line) ?? []) : [];
  const [time] = momentsIn(before ?? after ?? '', length);
  const title = (words ?? otherWords ?? '').replace(new RegExp(`^${NUMBER}`, 'u'), '').trim();
  const saysMore = momentsIn(title, Infinity).some((piece) => typeof piece === 'string' && /[\p{L}\p{N}]/u.test(piece));
  if (typeof time !== 'object' || time.seconds >= length || !saysMore) return null;
  const pieces = linksIn(title);
  const name = pieces.flatMap((piece) => (typeof piece === 'string' ? piece.replace(new RegExp(`${BETWEEN}$`, 'u'), '').trim() || [] : [])).join(' ');
  return { seconds: time.seconds, title: name || title, links: [...new Set(pieces.flatMap((piece) => (typeof piece === 'string' ? [] : piece.url)))] };
}

/** The chapters of a recording of `length` seconds, and what else its description says. Two lines at least name one each, later than the one before and
 * before the end. Where the times go back a new list begins, and the longest counts. */
export function chaptersIn(description: string, length: number): { chapters: Chapter[]; rest: string } {
  const lines = description.split('\n').map((text) => ({ text, chapter: chapterIn(text, length) }));
  let longest: Chapter[] = [];
  let list: Chapter[] = [];
  for (const { chapter } of lines) {
    const last = list.at(-1);
    if (!chapter || chapter.seconds === last?.seconds) continue;
    if (last && chapter.seconds < last.seconds) list = [];
    list.push(chapter);
    if (list.length > longest.length) longest = list;
  }
  if (longest.length < 2) return { chapters: [], rest: description };
  const rest = lines.filter(({ chapter }) => !chapter || !longest.includes(chapter)).map(({ text }) => text);
  return { chapters: longest, rest: rest.join('\n').replace(/\n\s*\n\s*\n/g, '\n\n').trim() };
}

/** The chapter that plays at `position`; undefined before the first. */
export const chapterAt = (chapters: readonly Chapter[], position: number): Chapter | undefined => chapters.findLast(({ seconds }) => seconds <= position);
