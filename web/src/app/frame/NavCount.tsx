import { useTranslation } from 'react-i18next';

/** How much is new behind an entry of the navigation. */
export function NavCount({ count, className }: { count: number; className: string }) {
  const { t } = useTranslation();
  if (count <= 0) return null;
  return (
    <span className={`num min-w-4.5 rounded-full bg-accent px-1 text-center text-xs leading-4.5 font-normal text-on-accent ${className}`}>
      <span className="sr-only">{t('frame.unread_messages', { count })}</span>
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
    </span>
  );
}
