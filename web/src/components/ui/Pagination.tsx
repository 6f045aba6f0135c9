import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './IconButton';

interface PaginationProps {
  page: number;
  limit: number;
  total: number;
  onPage: (page: number) => void;
}

export function Pagination({ page, limit, total, onPage }: PaginationProps) {
  const { t } = useTranslation();
  const pages = Math.max(1, Math.ceil(total / limit));
  if (pages === 1) return null;
  return (
    <nav aria-label={t('common.pages')} className="flex items-center justify-end gap-2 py-3">
      <IconButton label={t('common.previous_page')} disabled={page <= 1} onClick={() => onPage(page - 1)}>
        <ChevronLeft size={18} aria-hidden className="rtl:-scale-x-100" />
      </IconButton>
      <span className="num text-sm" aria-live="polite">
        {t('common.page_of', { page, pages })}
      </span>
      <IconButton label={t('common.next_page')} disabled={page >= pages} onClick={() => onPage(page + 1)}>
        <ChevronRight size={18} aria-hidden className="rtl:-scale-x-100" />
      </IconButton>
    </nav>
  );
}
