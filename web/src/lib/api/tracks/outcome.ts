/* What processing a track came to, in the reader's language. */

import type { TFunction } from 'i18next';
import type { Track } from '@/lib/api/schema';
import { isText } from '@/lib/i18n';

type Failure = Pick<Track, 'failure_code' | 'status_message'>;

/** Why it failed. The server's own words for a code that we do not know. */
export function failureText({ failure_code, status_message }: Failure, t: TFunction): string {
  const key = `errors.file.${failure_code ?? ''}`;
  return isText(key) ? t(key) : (status_message ?? t('track.failed_text'));
}

/** What is in the file stays as it is: only troubles of the server can be over the next time. */
const MAY_PASS = ['internal', 'storage', 'read_failed', 'out_of_memory', 'crashed', 'timed_out', 'refused', 'not_started', 'interrupted'];

export const mayProcessAgain = ({ failure_code }: Pick<Track, 'failure_code'>) => failure_code === null || MAY_PASS.includes(failure_code);

function heard(quality: string, t: TFunction): string {
  const key = `player.heard.${quality}`;
  return isText(key) ? t(key) : quality;
}

/** What its owner should know about a track that plays. */
export function noteText({ processing_notes, status_message }: Pick<Track, 'processing_notes' | 'status_message'>, t: TFunction): string {
  const sentences = processing_notes.map(({ code, count, qualities }) => {
    const key = `track.note.${code}`;
    if (!isText(key)) return null;
    return t(key, { count: count ?? 0, qualities: (qualities ?? []).map((name) => heard(name, t)).join(', ') });
  });
  return sentences.includes(null) ? (status_message ?? '') : sentences.join(' ');
}

/** The one line that a list shows about how a track came out. */
export const outcomeText = (track: Track, t: TFunction): string => (track.status === 'failed' ? failureText(track, t) : noteText(track, t));
