/* Writes lyrics: as text, then line by line while the track plays. */

import { clsx } from 'clsx';
import { Pause, Play, RotateCcw, Undo2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePlayFrom } from '@/components/track/usePlayFrom';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { TextArea } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { Unsaved } from '@/components/ui/Unsaved';
import { useSaveLyrics } from '@/lib/api/tracks/lyrics';
import type { Lyrics, Track } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { contentOf, stamp, type TimedLine } from '@/lib/lyrics/lrc';
import { clock } from '@/lib/player/clock';
import { usePlayer } from '@/lib/player/store';
import { toast } from '@/lib/toast/store';
import { z } from '@/lib/zod';

const BACK_S = 3;
const schema = z.object({ content: z.string().max(20_000, 'too_long') });

interface StamperProps {
  track: Track;
  lines: readonly TimedLine[];
  onChange: (lines: TimedLine[]) => void;
}

/** Sets the time of one line after the other. */
function Stamper({ track, lines, onChange }: StamperProps) {
  const { t } = useTranslation();
  const [next, setNext] = useState(0);
  const { isCurrent, isPlaying, play, canPlay } = usePlayFrom(track, { more: [] });
  const list = useRef<HTMLOListElement>(null);
  const stampButton = useRef<HTMLButtonElement>(null);
  const set = (i: number, at_ms: number | null) => onChange(lines.map((line, n) => (n === i ? { ...line, at_ms } : line)));

  useEffect(() => {
    const box = list.current;
    const line = box?.children[next];
    if (box && line instanceof HTMLElement) box.scrollTop = line.offsetTop - box.offsetTop - box.clientHeight / 3;
  }, [next]);

  /* it cannot be pressed before there is something to set the time of */
  useEffect(() => {
    if (isPlaying) stampButton.current?.focus();
  }, [isPlaying]);

  function stampNext() {
    set(next, Math.round(clock.position * 1000));
    setNext(next + 1);
  }
  function oneBack() {
    set(next - 1, null);
    setNext(next - 1);
  }

  return (
    <div>
      <p className="text-sm text-muted">{t('lyrics.stamp_hint')}</p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button onClick={play} disabled={!canPlay}>
          {isPlaying ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}
          {t(isPlaying ? 'lyrics.pause_track' : 'lyrics.play_track')}
        </Button>
        <Button onClick={() => usePlayer.getState().seek(Math.max(0, clock.position - BACK_S))} disabled={!isCurrent}>
          <RotateCcw size={18} aria-hidden />
          {t('lyrics.back')}
        </Button>
        <Button onClick={oneBack} disabled={next === 0}>
          <Undo2 size={18} aria-hidden />
          {t('lyrics.undo')}
        </Button>
      </div>
      <Button ref={stampButton} tone="accent" className="mt-3 w-full" onClick={stampNext} disabled={!isCurrent || next >= lines.length}>
        {t('lyrics.stamp')}
      </Button>
      <ol ref={list} tabIndex={0} aria-label={t('lyrics.title')} className="mt-3 max-h-64 overflow-y-auto rounded-card border border-line">
        {lines.map((line, i) => (
          <li key={i} aria-current={i === next || undefined} className={clsx('flex gap-3 px-3 py-1.5 text-sm', i === next && 'bg-sunk font-semibold')}>
            <span className="num w-20 shrink-0 text-muted">{line.at_ms === null ? '–' : stamp(line.at_ms)}</span>
            <span dir="auto" className="min-w-0 break-words">
              {line.text || '♪'}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

interface LyricsDialogProps {
  track: Track;
  lyrics: Lyrics;
  onClose: () => void;
}

export default function LyricsDialog({ track, lyrics, onClose }: LyricsDialogProps) {
  const { t } = useTranslation();
  const save = useSaveLyrics(track.id);
  /** While times are set: the lines, without what the text said of times. */
  const [lines, setLines] = useState<TimedLine[] | null>(null);
  const form = useForm({
    schema,
    values: { content: lyrics.content ?? '' },
    async send({ content }) {
      await save.mutateAsync(lines ? contentOf(lines) : content);
      toast(t('lyrics.saved'), 'ok');
      setLines(null);
      onClose();
    },
  });

  function beginStamping() {
    const content = form.getValues('content');
    const known = content === lyrics.content;
    setLines(known ? lyrics.lines.map(({ text, at_ms }) => ({ text: text ?? '', at_ms })) : content.replace(/\s+$/, '').split(/\r\n|\r|\n/).map((text) => ({ text: text.replace(/^\s*(\[[\d:.,]+\]\s*)+/, ''), at_ms: null })));
  }
  function backToText() {
    if (lines) form.setValue('content', contentOf(lines), { shouldDirty: true });
    setLines(null);
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('lyrics.title')} wide>
      <Form form={form} guarded>
        <Unsaved when={lines !== null} />
        {lines ? <Stamper track={track} lines={lines} onChange={setLines} /> : <TextArea label={t('lyrics.text')} hint={t('lyrics.text_hint')} rows={14} {...form.field('content')} />}
        <div className="flex flex-wrap justify-end gap-2">
          {lines ? (
            <Button onClick={backToText}>{t('lyrics.to_text')}</Button>
          ) : (
            <Button onClick={beginStamping}>{t('lyrics.set_times')}</Button>
          )}
          <Button tone="quiet" className="ms-auto" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" tone="accent" busy={form.busy}>
            {t('common.save')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
