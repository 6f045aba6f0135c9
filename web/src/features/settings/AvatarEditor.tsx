import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '@/components/ui/Avatar';
import { Button } from '@/components/ui/Button';
import { Progress } from '@/components/ui/Progress';
import { problemText } from '@/lib/api/problemText';
import type { Me } from '@/lib/api/types';
import { useRemoveAvatar } from '@/lib/api/users/removeAvatar';
import { useUploadAvatar } from '@/lib/api/users/uploadAvatar';
import { toast } from '@/lib/toast/store';

const TYPES = ['image/jpeg', 'image/png', 'image/webp'];
const MAX_BYTES = 20_000_000;

interface Sending {
  preview: string;
  /** 0 to 1; null once all is sent and the server makes the picture anew. */
  sent: number | null;
  abort: () => void;
}

function useAvatarUpload(me: Me) {
  const { t } = useTranslation();
  const { mutateAsync } = useUploadAvatar();
  const [sending, setSending] = useState<Sending | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function send(file: File) {
    if (!TYPES.includes(file.type) || file.size > MAX_BYTES) {
      toast(t('settings.avatar.bad'), 'danger');
      return;
    }
    const control = new AbortController();
    running.current = control;
    const preview = URL.createObjectURL(file);
    setSending({ preview, sent: 0, abort: () => control.abort() });
    try {
      await mutateAsync({
        id: me.id,
        file,
        signal: control.signal,
        onProgress: (sent, total) => setSending((now) => now && { ...now, sent: sent < total ? sent / total : null }),
      });
      toast(t('settings.avatar.saved'), 'ok');
    } catch (error) {
      if (!control.signal.aborted) toast(problemText(error, t), 'danger');
    } finally {
      setSending(null);
      URL.revokeObjectURL(preview);
    }
  }
  return { sending, send };
}

/** One's picture: choose another, see it at once, cancel while it is on its way, or take it away. */
export function AvatarEditor({ me }: { me: Me }) {
  const { t } = useTranslation();
  const id = useId();
  const remove = useRemoveAvatar();
  const { sending, send } = useAvatarUpload(me);
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-3">
      <Avatar user={sending ? { ...me, avatar: sending.preview } : me} size={96} />
      <div className="min-w-0 flex-1 space-y-2">
        {sending ? (
          <>
            <Progress value={sending.sent} label={t('settings.avatar.sending')} className="max-w-60" />
            <Button size="sm" tone="quiet" onClick={sending.abort}>
              {t('common.cancel')}
            </Button>
          </>
        ) : (
          <div className="flex flex-wrap gap-2">
            <label
              htmlFor={id}
              className="relative inline-flex h-8 items-center rounded-card border border-line-strong px-3 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent-text hover:border-ink"
            >
              {t(me.avatar ? 'settings.avatar.change' : 'settings.avatar.add')}
              <input
                id={id}
                type="file"
                accept={TYPES.join(',')}
                className="absolute inset-0 w-full cursor-pointer opacity-0"
                onChange={(event) => {
                  const file = event.target.files?.[0];
                  event.target.value = '';
                  if (file) void send(file);
                }}
              />
            </label>
            {me.avatar && (
              <Button
                size="sm"
                tone="quiet"
                busy={remove.isPending}
                onClick={() => remove.mutate(me.id, { onError: (error) => toast(problemText(error, t), 'danger') })}
              >
                {t('settings.avatar.remove')}
              </Button>
            )}
          </div>
        )}
        <p className="text-xs text-muted">{t('settings.avatar.hint')}</p>
      </div>
    </div>
  );
}
