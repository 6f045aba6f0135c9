/** A piece of a text: as it stands, or a time in a track that is named there. */
export type Piece = string | { text: string; seconds: number };

/** m:ss or h:mm:ss, also in brackets; not a part of a longer number, a ratio or the time of a day with "am" or "pm". */
export const TIME = String.raw`(?<![\d:.,/])(?:\d{1,2}:)?\d{1,3}:[0-5]\d(?![\d:/]|[.,]\d|\s?[ap]\.?m\b)`;

/** Cuts a text at the times that it names, as far as they are within the track. */
export function momentsIn(text: string, length: number): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(new RegExp(TIME, 'gi'))) {
    const [whole] = match;
    const [seconds, minutes, hours] = whole.split(':').reverse();
    const at = Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds);
    if (at > length || (hours !== undefined && !/^[0-5]\d$/.test(minutes ?? ''))) continue;
    if (match.index > end) pieces.push(text.slice(end, match.index));
    pieces.push({ text: whole, seconds: at });
    end = match.index + whole.length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}
