/* Lyrics of a track. With times, the line that is sung stands out and stays in sight, and each line leads to its moment. */

import { clsx } from 'clsx';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { Lyrics } from '@/lib/api/schema';
import { clock as timeText } from '@/lib/format/format';
import { lineAt } from '@/lib/lyrics/lrc';
import { clock } from '@/lib/player/clock';
import { usePlayer } from '@/lib/player/store';

type Line = Lyrics['lines'][number];

/** The line that is sung, or -1 while another track plays. */
function useSung(trackId: string, lines: readonly Line[]): number {
  const isCurrent = usePlayer((s) => s.current?.id === trackId);
  return useSyncExternalStore(clock.subscribe, () => (isCurrent ? lineAt(lines, clock.position * 1000) : -1));
}

/** A line with times of its words: those that have been sung stand out. */
function Words({ line }: { line: Line }) {
  const words = line.words ?? [];
  const sung = useSyncExternalStore(clock.subscribe, () => lineAt(words, clock.position * 1000));
  const start = Array.from(line.text ?? '').slice(0, words[0]?.start ?? 0).join('');
  return (
    <>
      {start}
      {words.map((word, i) => (
        <span key={word.start} className={clsx('transition-colors duration-150', i > sung && 'text-muted')}>
          {word.text}
        </span>
      ))}
    </>
  );
}

interface LyricsLinesProps {
  trackId: string;
  lyrics: Pick<Lyrics, 'lines' | 'is_synced'>;
  onSeek: (seconds: number) => void;
  className?: string;
}

export function LyricsLines({ trackId, lyrics, onSeek, className }: LyricsLinesProps) {
  const { t } = useTranslation();
  const { lines, is_synced } = lyrics;
  const sung = useSung(trackId, lines);
  const list = useRef<HTMLOListElement>(null);
  const begun = lines[sung]?.at_ms;

  useEffect(() => {
    const box = list.current;
    const line = box?.children[sung];
    if (!box || !(line instanceof HTMLElement) || box.scrollHeight <= box.clientHeight) return;
    const smooth = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    box.scrollTo({ top: line.offsetTop - box.offsetTop - box.clientHeight / 2 + line.clientHeight / 2, behavior: smooth ? 'smooth' : 'auto' });
  }, [sung]);

  if (!is_synced) {
    return (
      <div dir="auto" tabIndex={0} role="group" aria-label={t('lyrics.title')} className={clsx('whitespace-pre-line', className)}>
        {lines.map(({ text }) => text).join('\n')}
      </div>
    );
  }
  return (
    <ol ref={list} aria-label={t('lyrics.title')} className={className}>
      {lines.map((line, i) => {
        const isSung = sung >= 0 && line.at_ms === begun;
        const at = line.at_ms ?? 0;
        return (
          <li key={i} aria-current={isSung || undefined}>
            <button
              type="button"
              dir="auto"
              title={timeText(at)}
              onClick={() => onSeek(at / 1000)}
              className={clsx('w-full rounded-card px-2 py-1 text-start transition-colors duration-150 hover:text-ink', isSung ? 'font-semibold text-ink' : 'text-muted')}
            >
              {isSung && line.words?.length ? <Words line={line} /> : line.text || <span aria-label={t('lyrics.pause')}>♪</span>}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
