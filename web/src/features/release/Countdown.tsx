/* When the music of an announced release comes out, and how long that is. Asks the server once the moment has come. */

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { invalidateRelease } from '@/lib/api/releases/cache';
import type { Release } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';

export function Countdown({ release, at }: { release: Release; at: string }) {
  const { t } = useTranslation();
  const f = useFormat();
  const client = useQueryClient();
  const [now, setNow] = useState(Date.now);
  const left = Date.parse(at) - now;
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const isDue = left <= 0;
  useEffect(() => {
    if (!isDue) return undefined;
    const ask = () => void invalidateRelease(client, release.id);
    ask();
    const timer = setInterval(ask, 5000); /* this device's clock may be ahead of the server's */
    return () => clearInterval(timer);
  }, [client, release.id, isDue]);
  return (
    <p className="mt-6 rounded-card border border-line-strong p-4 text-base">
      <span className="block">{t('releases.out_on', { date: f.moment(at) })}</span>
      <time dateTime={at} className="num mt-1 block text-xl">
        {f.countdown(left)}
      </time>
    </p>
  );
}
