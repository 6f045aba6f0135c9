import { useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { CheckField } from '@/components/ui/CheckField';
import { TextArea } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { Unsaved } from '@/components/ui/Unsaved';
import { draftComment, LONGEST_COMMENT, useIsWriting, useWriteComment } from '@/lib/api/comments/write';
import { problemText } from '@/lib/api/problemText';
import type { Track, User } from '@/lib/api/schema';
import { clock as clockText } from '@/lib/format/format';
import { useFormat } from '@/lib/format/useFormat';
import { clock, useSeconds } from '@/lib/player/clock';
import { usePlayer } from '@/lib/player/store';
import type { Moment } from './moment';

/** From here on it says how many characters are left. */
const NEARLY_FULL = 200;

interface CommentComposerProps {
  track: Track;
  me: User;
  /** Where the comment will stand, from the moment when somebody began to write it; until then it follows the play head. */
  moment: Moment | null;
  setMoment: (moment: Moment | null) => void;
  onSent: () => void;
}

export function CommentComposer({ track, me, moment, setMoment, onSent }: CommentComposerProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { mutateAsync } = useWriteComment();
  const isWriting = useIsWriting();
  const isLoaded = usePlayer((s) => s.current?.id === track.id);
  const seconds = useSeconds();
  const [text, setText] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isSent, setSent] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);

  const content = text.trim();
  const left = LONGEST_COMMENT - [...content].length;
  const shown = moment ?? { seconds: isLoaded ? seconds : 0, timed: isLoaded };
  const playHead = () => (isLoaded ? clock.position : 0);
  const hold = () => moment ?? { seconds: playHead(), timed: isLoaded };

  const write = (next: string) => {
    setText(next);
    setMoment(next ? hold() : null);
    setError(null);
    setSent(false);
  };

  const send = () => {
    if (!content || left < 0) return;
    const at = hold();
    const length = (track.duration_ms ?? 0) / 1000;
    const draft = draftComment(track.id, me, content, at.timed ? Math.floor(Math.min(at.seconds, length) * 100) / 100 : null);
    field.current?.focus();
    setText('');
    setMoment(null);
    setError(null);
    onSent();
    void mutateAsync(draft).then(
      () => setSent(true),
      (reason: unknown) => {
        /* what was typed meanwhile stays as well */
        setText((typed) => [content, typed.trim()].filter(Boolean).join('\n\n'));
        setMoment(at);
        setError(reason);
      },
    );
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className="mt-5"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Unsaved when={content !== '' || isWriting} />
      <TextArea
        ref={field}
        label={t('comments.write')}
        rows={2}
        value={text}
        aria-keyshortcuts="Control+Enter Meta+Enter"
        error={left < 0 ? t('comments.too_long', { max: format.number(LONGEST_COMMENT) }) : undefined}
        hint={left >= 0 && left <= NEARLY_FULL && <span className="num">{t('comments.left', { count: left })}</span>}
        onChange={(event) => write(event.target.value)}
        onFocus={() => setMoment(hold())}
        onBlur={() => {
          if (!text) setMoment(null);
        }}
        onKeyDown={onKeyDown}
      />
      {error !== null && (
        <div className="mt-3">
          <FormError>
            {t('comments.not_sent')} {problemText(error, t)}
          </FormError>
        </div>
      )}
      <p role="status" className="sr-only">
        {isSent && t('comments.sent')}
      </p>
      <div className="mt-3 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <CheckField
            label={t('comments.at', { time: clockText(shown.seconds * 1000) })}
            hint={t(shown.timed ? 'comments.at_hint' : 'comments.whole_hint')}
            checked={shown.timed}
            onChange={({ target }) => setMoment({ seconds: moment?.timed ? moment.seconds : playHead(), timed: target.checked })}
          />
        </div>
        <div className="ms-auto flex items-center gap-3">
          <span className="text-xs text-muted pointer-coarse:hidden">{t('comments.keys')}</span>
          <Button type="submit" tone="accent" disabled={content === '' || left < 0}>
            {t('comments.send')}
          </Button>
        </div>
      </div>
    </form>
  );
}
