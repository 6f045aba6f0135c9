/* How others get to a playlist: its address, where it is not private, and links that open it whatever it is. */

import { Link2, MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmbedSection } from '@/components/share/EmbedSection';
import { LifetimeField } from '@/components/share/LifetimeField';
import { expiryOf, LIFETIMES, useLifetimeName, type Lifetime } from '@/components/share/lifetime';
import { LinkList, LinkRow } from '@/components/share/LinkList';
import { MadeLink } from '@/components/share/MadeLink';
import { Button } from '@/components/ui/Button';
import { CopyField } from '@/components/ui/CopyField';
import { Dialog } from '@/components/ui/Dialog';
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

function PlaylistLinkRow({ playlist, link, isNew, onRevoked }: { playlist: Playlist; link: PlaylistLink; isNew: boolean; onRevoked: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useLifetimeName();
  const change = useChangeLink(playlist.id);
  const revoke = useRevokeLink(playlist.id);
  const made = format.moment(link.created_at);
  const refused = (error: unknown) => toast(problemText(error, t), 'danger');
  const revoked = () => {
    onRevoked();
    toast(t('sharing.revoked'), 'ok');
  };
  return (
    <LinkRow link={link} title={<span className={isNew ? 'font-semibold' : ''}>{t('common.created', { date: made })}</span>}>
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
        <MenuItem danger onSelect={() => void revoke.mutateAsync(link.id).then(revoked, refused)}>
          {t('playlists.link_revoke')}
        </MenuItem>
      </Menu>
    </LinkRow>
  );
}

export function ShareDialog({ playlist, onClose }: { playlist: Playlist; onClose: () => void }) {
  const { t } = useTranslation();
  const links = useLinks(playlist.id);
  const create = useCreateLink(playlist.id);
  const [days, setDays] = useState<Lifetime>(0);
  const made = create.data;
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t('playlists.share_title')} description={t(`playlists.share_${playlist.visibility}`)}>
      <div className="space-y-6">
        {playlist.visibility !== 'private' && <CopyField label={t('sharing.address')} value={`${location.origin}/playlist/${playlist.id}`} />}
        <section aria-labelledby="new-link" className="space-y-3">
          <h3 id="new-link" className="text-sm font-semibold">
            {t('playlists.link_new')}
          </h3>
          <p className="text-sm text-muted">{t('playlists.link_text')}</p>
          <div className="flex flex-wrap items-end gap-2">
            <LifetimeField className="min-w-0 flex-1 basis-52" value={days} onChange={setDays} />
            <Button tone="accent" busy={create.isPending} onClick={() => create.mutate(expiryOf(days), { onError: (error) => toast(problemText(error, t), 'danger') })}>
              <Link2 size={18} aria-hidden />
              {t('sharing.make')}
            </Button>
          </div>
          <MadeLink path={made && `/p/${made.token}`} />
        </section>
        <EmbedSection path={made ? `/p/${made.token}` : playlist.visibility === 'private' ? undefined : `/playlist/${playlist.id}`} title={playlist.name} isList />
        <LinkList links={links}>{(link) => <PlaylistLinkRow key={link.id} playlist={playlist} link={link} isNew={link.id === made?.id} onRevoked={() => link.id === made?.id && create.reset()} />}</LinkList>
      </div>
    </Dialog>
  );
}
