import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { CheckField } from '@/components/ui/CheckField';
import { Dialog } from '@/components/ui/Dialog';
import { FormError } from '@/components/ui/FormError';
import { useAddTracks } from '@/lib/api/releases/addTracks';
import { problemText } from '@/lib/api/problemText';
import type { Release } from '@/lib/api/schema';
import { ChooseTracks } from './ChooseTracks';

interface AddTracksDialogProps {
  release: Release;
  /** The disc at whose end they are put. */
  disc: number;
  held: ReadonlySet<string>;
  onClose: () => void;
}

export default function AddTracksDialog({ release, disc, held, onClose }: AddTracksDialogProps) {
  const { t } = useTranslation();
  const add = useAddTracks(release.id);
  const [chosen, setChosen] = useState<string[]>([]);
  const [follow, setFollow] = useState(false);
  async function send() {
    try {
      await add.mutateAsync({ track_ids: chosen, disc, access: follow ? 'release' : 'own' });
      onClose();
    } catch {
      /* shown below */
    }
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('releases.add_tracks')}>
      <div className="space-y-4">
        {add.isError && <FormError>{problemText(add.error, t)}</FormError>}
        <ChooseTracks chosen={chosen} onChange={setChosen} without={held} />
        <CheckField label={t('releases.follow')} hint={t('releases.follow_hint')} checked={follow} onChange={(event) => setFollow(event.target.checked)} />
        <div className="flex justify-end gap-2">
          <Button tone="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button tone="accent" disabled={chosen.length === 0} busy={add.isPending} onClick={() => void send()}>
            {t('releases.add')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
