import { useState, type KeyboardEvent } from 'react';
import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { CheckField } from '@/components/ui/CheckField';
import { TextArea } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { Unsaved } from '@/components/ui/Unsaved';
import { draftComment, LONGEST_COMMENT, useIsWriting, useWriteComment } from '@/lib/api/comments/write';
import { problemText } from '@/lib/api/problemText';
import type { Track, User } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { clock as clockText } from '@/lib/format/format';
import { useFormat } from '@/lib/format/useFormat';
import { clock, useSeconds } from '@/lib/player/clock';
import { usePlayer } from '@/lib/player/store';
import { z } from '@/lib/zod';
import type { Moment } from './moment';

/** From here on it says how many characters are left. */
const NEARLY_FULL = 200;

const charactersLeft = (content: string) => LONGEST_COMMENT - [...content].length;

const schema = z.object({ content: z.string().trim().min(1, 'required').refine((content) => charactersLeft(content) >= 0, 'too_long') });

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
  const [isSent, setSent] = useState(false);
  const playHead = () => (isLoaded ? clock.position : 0);
  const hold = () => moment ?? { seconds: playHead(), timed: isLoaded };

  const form = useForm({
    schema,
    values: { content: '' },
    send({ content }, { getValues, reset, setFocus, setProblem, setValue }) {
      const at = hold();
      const length = (track.duration_ms ?? 0) / 1000;
      const draft = draftComment(track, me, content, at.timed ? Math.floor(Math.min(at.seconds, length) * 100) / 100 : null);
      setFocus('content');
      reset();
      setMoment(null);
      onSent();
      void mutateAsync(draft).then(
        () => setSent(true),
        (reason: unknown) => {
          /* what was typed meanwhile stays as well */
          setValue('content', [content, getValues('content').trim()].filter(Boolean).join('\n\n'));
          setMoment(at);
          setProblem(`${t('comments.not_sent')} ${problemText(reason, t)}`);
        },
      );
    },
  });
  const text = useWatch({ control: form.control, name: 'content' });
  const content = text.trim();
  const left = charactersLeft(content);
  const shown = moment ?? { seconds: isLoaded ? seconds : 0, timed: isLoaded };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (content) form.submit();
  };

  return (
    <Form form={form} className="mt-5 space-y-3">
      <Unsaved when={content !== '' || isWriting} />
      <TextArea
        label={t('comments.write')}
        rows={2}
        aria-keyshortcuts="Control+Enter Meta+Enter"
        {...form.field('content', {
          onChange: ({ target }: { target: HTMLTextAreaElement }) => {
            setMoment(target.value ? hold() : null);
            form.setProblem(null);
            setSent(false);
          },
          onBlur: () => {
            if (!text) setMoment(null);
          },
        })}
        error={left < 0 ? t('comments.too_long', { max: format.number(LONGEST_COMMENT) }) : undefined}
        hint={left >= 0 && left <= NEARLY_FULL && <span className="num">{t('comments.left', { count: left })}</span>}
        onFocus={() => setMoment(hold())}
        onKeyDown={onKeyDown}
      />
      <p role="status" className="sr-only">
        {isSent && t('comments.sent')}
      </p>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
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
    </Form>
  );
}
