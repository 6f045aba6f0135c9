/* Links that open a track, whatever its visibility, for people without an account. */

import { Link2, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { CopyField } from '@/components/ui/CopyField';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { SelectField } from '@/components/ui/Field';
import { IconButton } from '@/components/ui/IconButton';
import { problemText } from '@/lib/api/problemText';
import type { Track, TrackShare } from '@/lib/api/schema';
import { useCreateShare } from '@/lib/api/shares/create';
import { useShares } from '@/lib/api/shares/list';
import { useRevokeShare } from '@/lib/api/shares/revoke';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';

/** In days; 0: until it is revoked. */
const LIFETIMES = [0, 1, 7, 30] as const;
const RIGHTS = ['read', 'download'] as const;

function LinkRow({ track, link }: { track: Track; link: TrackShare }) {
  const { t } = useTranslation();
  const format = useFormat();
  const revoke = useRevokeShare(track.id);
  const over = link.expires_at !== null && Date.parse(link.expires_at) <= Date.now();
  const made = format.moment(link.created_at);
  return (
    <li className="flex items-center gap-3 py-3">
      <div className="min-w-0 flex-1 text-sm">
        <p>
          {t(`sharing.right.${link.permissions}`)} · {made}
        </p>
        <p className="flex flex-wrap gap-x-3 text-xs text-muted">
          <span>{t('sharing.opened', { count: link.access_count })}</span>
          {link.last_used_at && <span>{t('sharing.last', { when: format.ago(link.last_used_at) })}</span>}
          <span className={over ? 'text-danger' : ''}>
            {link.expires_at ? t(over ? 'sharing.over' : 'sharing.until', { date: format.moment(link.expires_at) }) : t('sharing.forever')}
          </span>
        </p>
      </div>
      <IconButton
        size="sm"
        label={t('sharing.revoke', { date: made })}
        onClick={() => void revoke.mutateAsync(link.id).then(() => toast(t('sharing.revoked'), 'ok'), (error: unknown) => toast(problemText(error, t), 'danger'))}
      >
        <Trash2 size={18} aria-hidden />
      </IconButton>
    </li>
  );
}

function Links({ track }: { track: Track }) {
  const { t } = useTranslation();
  const links = useShares(track.id);
  if (links.isError) return <ErrorState error={links.error} onRetry={() => void links.refetch()} />;
  if (!links.data?.items.length) return null;
  return (
    <section aria-labelledby="links">
      <h3 id="links" className="text-sm font-semibold">
        {t('sharing.links')}
      </h3>
      <ul className="divide-y divide-line">
        {links.data.items.map((link) => (
          <LinkRow key={link.id} track={track} link={link} />
        ))}
      </ul>
    </section>
  );
}

export default function ShareDialog({ track, onClose }: { track: Track; onClose: () => void }) {
  const { t } = useTranslation();
  const create = useCreateShare(track.id);
  const [days, setDays] = useState<number>(0);
  const [right, setRight] = useState<(typeof RIGHTS)[number]>('read');
  const made = create.data;
  const make = () =>
    create.mutate(
      { permissions: right, expires_at: days ? new Date(Date.now() + days * 86_400_000).toISOString() : null },
      { onError: (error) => toast(problemText(error, t), 'danger') },
    );
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t('sharing.share_title')} description={t('sharing.share_text')}>
      <div className="space-y-6">
        {track.visibility !== 'private' && <CopyField label={t('sharing.address')} value={`${location.origin}/track/${track.id}`} />}
        <div className="grid gap-3 sm:grid-cols-2">
          <SelectField label={t('sharing.works')} value={days} onChange={(event) => setDays(Number(event.target.value))}>
            {LIFETIMES.map((one) => (
              <option key={one} value={one}>
                {one ? t('sharing.days', { count: one }) : t('sharing.forever')}
              </option>
            ))}
          </SelectField>
          <SelectField label={t('sharing.may')} value={right} onChange={(event) => setRight(event.target.value === 'download' ? 'download' : 'read')}>
            {RIGHTS.map((one) => (
              <option key={one} value={one}>
                {t(`sharing.right.${one}`)}
              </option>
            ))}
          </SelectField>
        </div>
        <Button tone="accent" busy={create.isPending} onClick={make}>
          <Link2 size={18} aria-hidden />
          {t('sharing.make')}
        </Button>
        <div role="status">
          {made && (
            <>
              <CopyField label={t('sharing.link')} value={`${location.origin}/track/shared/${made.token}`} />
              <p className="mt-1.5 text-xs text-muted">{t('sharing.once')}</p>
            </>
          )}
        </div>
        <Links track={track} />
      </div>
    </Dialog>
  );
}
