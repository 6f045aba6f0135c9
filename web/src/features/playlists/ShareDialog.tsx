/* How others get to a playlist: its address, where it is not private, and links that open it whatever it is. */

import { Link2, MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { CopyField } from '@/components/ui/CopyField';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { SelectField } from '@/components/ui/Field';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/Menu';
import { useChangeLink } from '@/lib/api/playlists/links/change';
import { useCreateLink } from '@/lib/api/playlists/links/create';
import { useLinks } from '@/lib/api/playlists/links/list';
import { useRevokeLink } from '@/lib/api/playlists/links/revoke';
import { problemText } from '@/lib/api/problemText';
import type { Playlist, PlaylistLink } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';

/** In days; 0: until it is revoked. */
const LIFETIMES = [0, 1, 7, 30] as const;
type Lifetime = (typeof LIFETIMES)[number];

const expiryOf = (days: Lifetime) => (days ? new Date(Date.now() + days * 86_400_000).toISOString() : null);

function useLifetimeName() {
  const { t } = useTranslation();
  return (days: Lifetime) => (days ? t('playlists.link_days', { count: days }) : t('playlists.link_forever'));
}

function LinkRow({ playlist, link, isNew }: { playlist: Playlist; link: PlaylistLink; isNew: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useLifetimeName();
  const change = useChangeLink(playlist.id);
  const revoke = useRevokeLink(playlist.id);
  const over = link.expires_at !== null && Date.parse(link.expires_at) <= Date.now();
  const made = format.moment(link.created_at);
  const refused = (error: unknown) => toast(problemText(error, t), 'danger');
  return (
    <li className="flex items-center gap-3 py-3">
      <div className="min-w-0 flex-1 text-sm">
        <p className={isNew ? 'font-semibold' : ''}>{t('common.created', { date: made })}</p>
        <p className="flex flex-wrap gap-x-3 text-xs text-muted">
          <span>{t('playlists.link_opened', { count: link.access_count })}</span>
          {link.last_used_at && <span>{t('common.used', { when: format.ago(link.last_used_at) })}</span>}
          <span className={over ? 'text-danger' : ''}>
            {link.expires_at ? t(over ? 'playlists.link_over' : 'playlists.link_until', { date: format.moment(link.expires_at) }) : t('playlists.link_forever')}
          </span>
        </p>
      </div>
      <Menu
        align="end"
        trigger={
          <IconButton size="sm" label={t('playlists.link_tools', { date: made })}>
            <MoreHorizontal size={18} aria-hidden />
          </IconButton>
        }
      >
        {LIFETIMES.map((days) => (
          <MenuItem key={days} onSelect={() => void change.mutateAsync({ link: link.id, expires_at: expiryOf(days) }).catch(refused)}>
            {nameOf(days)}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem danger onSelect={() => void revoke.mutateAsync(link.id).then(() => toast(t('playlists.link_revoked'), 'ok'), refused)}>
          {t('playlists.link_revoke')}
        </MenuItem>
      </Menu>
    </li>
  );
}

function Links({ playlist, newest }: { playlist: Playlist; newest: string | null }) {
  const { t } = useTranslation();
  const links = useLinks(playlist.id);
  if (links.isError) return <ErrorState error={links.error} onRetry={() => void links.refetch()} />;
  if (!links.data?.items.length) return null;
  return (
    <section aria-labelledby="links">
      <h3 id="links" className="text-sm font-semibold">
        {t('playlists.links')}
      </h3>
      <ul className="divide-y divide-line">
        {links.data.items.map((link) => (
          <LinkRow key={link.id} playlist={playlist} link={link} isNew={link.id === newest} />
        ))}
      </ul>
    </section>
  );
}

export function ShareDialog({ playlist, onClose }: { playlist: Playlist; onClose: () => void }) {
  const { t } = useTranslation();
  const nameOf = useLifetimeName();
  const create = useCreateLink(playlist.id);
  const [days, setDays] = useState<Lifetime>(0);
  const made = create.data;
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t('playlists.share_title')} description={t(`playlists.share_${playlist.visibility}`)}>
      <div className="space-y-6">
        {playlist.visibility !== 'private' && <CopyField label={t('playlists.address')} value={`${location.origin}/playlist/${playlist.id}`} />}
        <section aria-labelledby="new-link" className="space-y-3">
          <h3 id="new-link" className="text-sm font-semibold">
            {t('playlists.link_new')}
          </h3>
          <p className="text-sm text-muted">{t('playlists.link_text')}</p>
          <div className="flex flex-wrap items-end gap-2">
            <SelectField className="min-w-0 flex-1" label={t('playlists.link_works')} value={days} onChange={(event) => setDays(Number(event.target.value) as Lifetime)}>
              {LIFETIMES.map((one) => (
                <option key={one} value={one}>
                  {nameOf(one)}
                </option>
              ))}
            </SelectField>
            <Button tone="accent" busy={create.isPending} onClick={() => create.mutate(expiryOf(days), { onError: (error) => toast(problemText(error, t), 'danger') })}>
              <Link2 size={18} aria-hidden />
              {t('playlists.link_make')}
            </Button>
          </div>
          <div role="status">
            {made && (
              <>
                <CopyField label={t('playlists.link')} value={`${location.origin}/p/${made.token}`} />
                <p className="mt-1.5 text-xs text-muted">{t('playlists.link_once')}</p>
              </>
            )}
          </div>
        </section>
        <Links playlist={playlist} newest={made?.id ?? null} />
      </div>
    </Dialog>
  );
}
