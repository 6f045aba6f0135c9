/* One click from listener to creator; says so where the operator wants to look first. */

import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { problemText } from '@/lib/api/problemText';
import { useServerStatus } from '@/lib/api/system/status';
import { mayUpload, useBecomeCreator } from '@/lib/api/users/becomeCreator';
import { toast } from '@/lib/toast/store';

export function CreatorInvite() {
  const { t } = useTranslation();
  const status = useServerStatus();
  const become = useBecomeCreator();
  const waiting = become.data !== undefined && !mayUpload(become.data);

  return (
    <section className="rounded-card bg-accent p-6 text-on-accent sm:p-8">
      <h2 className="text-xl">{t('track.creator.title')}</h2>
      <p className="mt-2 max-w-prose text-base">{t(status.data?.creator_approval ? 'track.creator.text_approval' : 'track.creator.text')}</p>
      <div className="mt-5" role="status">
        {waiting ? (
          <p className="font-semibold">{t('track.creator.waiting')}</p>
        ) : (
          <Button
            size="lg"
            busy={become.isPending}
            tone="inverse"
            onClick={() => become.mutate(undefined, { onError: (error) => toast(problemText(error, t), 'danger') })}
          >
            {t('track.creator.action')}
          </Button>
        )}
      </div>
    </section>
  );
}
