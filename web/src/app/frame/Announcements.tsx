/* What the operator wants everybody to know, until one has read it. */

import { Megaphone, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { useAnnouncements } from '@/lib/api/system/announcements';

const KEY = 'veza.read';

function readIds(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

export function Announcements() {
  const { t } = useTranslation();
  const [read, setRead] = useState(readIds);
  const { data } = useAnnouncements();
  const open = data?.items.filter((item) => !read.includes(item.id)) ?? [];

  function close(id: string) {
    const next = [...read, id].slice(-50);
    setRead(next);
    try {
      localStorage.setItem(KEY, JSON.stringify(next));
    } catch {
      /* shown again on the next visit */
    }
  }

  if (open.length === 0) return null;
  return (
    <section aria-label={t('frame.announcements')}>
      {open.map((item) => (
        <div key={item.id} className="flex items-start gap-3 border-b border-line bg-accent-wash py-2 ps-4 pe-2 sm:ps-6">
          <Megaphone size={16} aria-hidden className="mt-2 shrink-0" />
          <p dir="auto" className="min-w-0 flex-1 py-1.5">
            <strong className="me-2">{item.title}</strong>
            {item.content}
          </p>
          <IconButton label={t('common.close')} size="sm" onClick={() => close(item.id)}>
            <X size={16} aria-hidden />
          </IconButton>
        </div>
      ))}
    </section>
  );
}
