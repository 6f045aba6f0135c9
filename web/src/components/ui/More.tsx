import { useTranslation } from 'react-i18next';
import { problemText } from '@/lib/api/problemText';
import { Button } from './Button';

interface MoreProps {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; isFetchNextPageError: boolean; error: Error | null; fetchNextPage: () => Promise<unknown> };
  /** Without: in the middle below a whole page. */
  className?: string;
  small?: boolean;
}

/** Loads the next page of a list, or says why that did not work; nothing at the list's end. */
export function More({ list, className = 'mt-8 justify-center', small = false }: MoreProps) {
  const { t } = useTranslation();
  if (!list.hasNextPage) return null;
  const isFailed = list.isFetchNextPageError && !list.isFetchingNextPage;
  return (
    <div className={`flex flex-wrap items-center gap-x-4 gap-y-2 ${className}`}>
      {isFailed && (
        <p role="alert" className="text-sm text-danger">
          {problemText(list.error, t)}
        </p>
      )}
      <Button size={small ? 'sm' : 'md'} busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        {t(isFailed ? 'common.retry' : 'common.more')}
      </Button>
    </div>
  );
}
