/* Several files that were chosen together are often an album: offers to make a release of them. */

import { Disc3 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Button } from '@/components/ui/Button';
import { problemText } from '@/lib/api/problemText';
import { useDraftRelease } from '@/lib/api/releases/draft';
import { toast } from '@/lib/toast/store';
import type { UploadItem } from './store';

/** Files that are still on their way are waited for: the release shall have them too. */
export function ReleaseOffer({ items }: { items: readonly UploadItem[] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const draft = useDraftRelease();
  const wanted = items.filter(({ phase }) => phase !== 'failed' && phase !== 'cancelled');
  const ids = wanted.flatMap(({ trackId }) => trackId ?? []);
  if (wanted.length < 2) return null;
  async function make() {
    try {
      const { slug } = await draft.mutateAsync(ids);
      await navigate(`/release/${slug}`);
    } catch (error) {
      toast(problemText(error, t), 'danger');
    }
  }
  return (
    <div className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-2">
      <Button disabled={ids.length < wanted.length || ids.length > 1000} busy={draft.isPending} onClick={() => void make()}>
        <Disc3 size={18} aria-hidden />
        {t('upload.make_release', { count: wanted.length })}
      </Button>
      <p className="text-sm text-muted">{t(ids.length < wanted.length ? 'upload.make_release_later' : 'upload.make_release_text')}</p>
    </div>
  );
}
