import { Link2, Share2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useShare } from '@/components/track/useShare';
import { Button } from '@/components/ui/Button';

/** Hands on a link to a page; on phones, where there is little room, without words. */
export function ShareButton(page: { path: string; title: string }) {
  const { t } = useTranslation();
  const { canShare, share } = useShare(page);
  return (
    <Button onClick={() => void share()}>
      {canShare ? <Share2 size={18} aria-hidden /> : <Link2 size={18} aria-hidden />}
      <span className="max-sm:sr-only">{t(canShare ? 'track.share' : 'track.copy_link')}</span>
    </Button>
  );
}
