import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useTitle } from '@/lib/dom/useTitle';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from './Button';

/** Nothing at this address: a waveform gone flat, and ways out. */
export function NotFound({ title }: { title?: string }) {
  const { t } = useTranslation();
  useTitle(t('common.not_found.title'));
  return (
    <div className="mx-auto max-w-[1440px] px-4 pt-16 pb-16 sm:px-6">
      <p className="eyebrow">404</p>
      <h1 className="poster mt-3 max-w-[14ch]">{title ?? t('common.not_found.title')}</h1>
      <div className="mt-8 scale-y-25 [&_svg]:animate-none">
        <PeaksSkeleton seed="404" bars={120} className="h-24" />
      </div>
      <p className="mt-6 max-w-prose text-base text-muted">{t('common.not_found.text')}</p>
      <Button asChild className="mt-5">
        <Link to="/discover">{t('common.not_found.action')}</Link>
      </Button>
    </div>
  );
}
