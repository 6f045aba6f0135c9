import { useTranslation } from 'react-i18next';
import { Button } from './Button';

interface MoreProps {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
  /** Without: in the middle below a whole page. */
  className?: string;
  small?: boolean;
}

/** Loads the next page of a list; nothing at its end. */
export function More({ list, className, small = false }: MoreProps) {
  const { t } = useTranslation();
  if (!list.hasNextPage) return null;
  const button = (
    <Button size={small ? 'sm' : 'md'} className={className} busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      {t('common.more')}
    </Button>
  );
  return className === undefined ? <div className="mt-8 flex justify-center">{button}</div> : button;
}
