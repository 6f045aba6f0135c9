import { Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import type { ApiKey } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';

export function KeyRow({ apiKey, onRemove }: { apiKey: ApiKey; onRemove: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const over = apiKey.expires_at !== null && Date.parse(apiKey.expires_at) <= Date.now();
  return (
    <li className="flex items-start gap-4 py-4">
      <div className="grid min-w-0 flex-1 gap-x-6 gap-y-2 md:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <div className="min-w-0">
          <p dir="auto" className="font-semibold break-words">{apiKey.name}</p>
          <p className="num mt-0.5 text-muted">{apiKey.prefix}…</p>
        </div>
        <div className="min-w-0">
          <ul className="flex flex-wrap gap-1.5">
            {apiKey.scopes.map((scope) => (
              <li key={scope} className="num rounded-sm bg-sunk px-1.5 py-0.5 text-xs">
                {scope}
              </li>
            ))}
          </ul>
          <p className="mt-1.5 flex flex-wrap gap-x-3 text-xs text-muted">
            <span>{t('common.created', { date: format.day(apiKey.created_at) })}</span>
            <span>{apiKey.last_used_at ? t('common.used', { when: format.ago(apiKey.last_used_at) }) : t('common.never_used')}</span>
            <span className={over ? 'text-danger' : ''}>
              {apiKey.expires_at ? t(over ? 'developer.expired' : 'developer.expires', { date: format.day(apiKey.expires_at) }) : t('developer.forever')}
            </span>
          </p>
        </div>
      </div>
      <IconButton size="sm" label={t('developer.remove', { name: apiKey.name })} onClick={onRemove}>
        <Trash2 size={16} aria-hidden />
      </IconButton>
    </li>
  );
}
