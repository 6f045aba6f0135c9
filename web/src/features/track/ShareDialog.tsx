/* Links that open a track, whatever its visibility, for people without an account. */

import { Link2, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmbedSection } from '@/components/share/EmbedSection';
import { LifetimeField } from '@/components/share/LifetimeField';
import { expiryOf, type Lifetime } from '@/components/share/lifetime';
import { LinkList, LinkRow } from '@/components/share/LinkList';
import { MadeLink } from '@/components/share/MadeLink';
import { Button } from '@/components/ui/Button';
import { CopyField } from '@/components/ui/CopyField';
import { Dialog } from '@/components/ui/Dialog';
import { SelectField } from '@/components/ui/Field';
import { IconButton } from '@/components/ui/IconButton';
import { problemText } from '@/lib/api/problemText';
import type { Track, TrackShare } from '@/lib/api/schema';
import { useCreateShare } from '@/lib/api/shares/create';
import { useShares } from '@/lib/api/shares/list';
import { useRevokeShare } from '@/lib/api/shares/revoke';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';

const RIGHTS = ['read', 'download'] as const;

function TrackLinkRow({ track, link, onRevoked }: { track: Track; link: TrackShare; onRevoked: () => void }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const revoke = useRevokeShare(track.id);
  const made = moment(link.created_at);
  const revoked = () => {
    onRevoked();
    toast(t('sharing.revoked'), 'ok');
  };
  return (
    <LinkRow link={link} title={`${t(`sharing.right.${link.permissions}`)} · ${made}`}>
      <IconButton
        size="sm"
        label={t('sharing.revoke', { date: made })}
        onClick={() => void revoke.mutateAsync(link.id).then(revoked, (error: unknown) => toast(problemText(error, t), 'danger'))}
      >
        <Trash2 size={18} aria-hidden />
      </IconButton>
    </LinkRow>
  );
}

export default function ShareDialog({ track, onClose }: { track: Track; onClose: () => void }) {
  const { t } = useTranslation();
  const links = useShares(track.id);
  const create = useCreateShare(track.id);
  const [days, setDays] = useState<Lifetime>(0);
  const [right, setRight] = useState<(typeof RIGHTS)[number]>('read');
  const made = create.data;
  const make = () => create.mutate({ permissions: right, expires_at: expiryOf(days) }, { onError: (error) => toast(problemText(error, t), 'danger') });
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t('sharing.share_title')} description={t('sharing.share_text')}>
      <div className="space-y-6">
        {track.visibility !== 'private' && <CopyField label={t('sharing.address')} value={`${location.origin}/track/${track.id}`} />}
        <div className="grid gap-3 sm:grid-cols-2">
          <LifetimeField value={days} onChange={setDays} />
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
        <MadeLink path={made && `/track/shared/${made.token}`} />
        <EmbedSection path={made ? `/track/shared/${made.token}` : track.visibility === 'private' || track.visibility === 'scheduled' ? undefined : `/track/${track.id}`} title={track.title} />
        <LinkList links={links}>{(link) => <TrackLinkRow key={link.id} track={track} link={link} onRevoked={() => link.id === made?.id && create.reset()} />}</LinkList>
      </div>
    </Dialog>
  );
}
