/* Where comments stand on the waveform, apart from any drawing. */

import type { TrackComment } from '@/lib/api/schema';

export type TimedComment = TrackComment & { timestamp: number };

/** Pixels from one mark to the next; the size of the largest. */
export const MARK_DISTANCE = 40;
/** How long a comment is shown while the track plays, in seconds. */
export const SHOWN_FOR = 4;

export interface Mark {
  /** Of the length of the track, 0 to 1. */
  share: number;
  comments: [TimedComment, ...TimedComment[]];
}

/** Those that stand at a time in the track, by that time. */
export const inTrackOrder = (comments: readonly TrackComment[]): TimedComment[] =>
  comments.filter((one): one is TimedComment => one.timestamp !== null).sort((a, b) => a.timestamp - b.timestamp);

/** One mark a comment, or one for several that would touch each other on `width` pixels. */
export function marksOf(ordered: readonly TimedComment[], seconds: number, width: number): Mark[] {
  const marks: Mark[] = [];
  if (!(seconds > 0) || !(width > 0)) return marks;
  for (const comment of ordered) {
    const share = Math.min(1, comment.timestamp / seconds);
    const last = marks.at(-1);
    if (last && (share - last.share) * width < MARK_DISTANCE) last.comments.push(comment);
    else marks.push({ share, comments: [comment] });
  }
  return marks;
}

/** The comment that is shown while the play head is at `position`: the last that it passed, for a while. */
export function commentAt(ordered: readonly TimedComment[], position: number): TimedComment | undefined {
  const passed = ordered.findLast((one) => one.timestamp <= position);
  return passed && position < passed.timestamp + SHOWN_FOR ? passed : undefined;
}
