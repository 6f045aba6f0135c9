/* An account on its way out says so on every page, and can be kept with one click. */

import { Hourglass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { useMe } from '@/lib/api/auth/me';
import { problemText } from '@/lib/api/problemText';
import { useRestoreMe } from '@/lib/api/users/restoreMe';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';

export function DeletionNotice() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: me } = useMe();
  const restore = useRestoreMe();
  if (!me?.deletion_at) return null;
  const keep = () =>
    restore.mutate(undefined, {
      onSuccess: () => toast(t('frame.deletion.kept'), 'ok'),
      onError: (error) => toast(problemText(error, t), 'danger'),
    });
  return (
    <section aria-label={t('frame.deletion.label')} className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-danger bg-danger-wash px-4 py-2 text-danger sm:px-6">
      <Hourglass size={16} aria-hidden className="shrink-0" />
      <p className="min-w-0 flex-1 basis-60 py-1">{t('frame.deletion.text', { date: format.day(me.deletion_at) })}</p>
      <Button size="sm" tone="danger" busy={restore.isPending} onClick={keep}>
        {t('frame.deletion.keep')}
      </Button>
    </section>
  );
}
