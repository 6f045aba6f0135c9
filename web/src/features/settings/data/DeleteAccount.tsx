/* Leaving for good: what goes, what stays, and a while to think it over. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { PasswordForm } from '@/components/ui/PasswordForm';
import { useMe } from '@/lib/api/auth/me';
import { useConnections } from '@/lib/api/oauth/connections';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import { useDeleteMe } from '@/lib/api/users/deleteMe';
import { useRestoreMe } from '@/lib/api/users/restoreMe';
import type { User } from '@/lib/api/schema';
import type { DeletionProof } from '@/lib/api/users/deleteMe';
import { endSession } from '@/lib/session/session';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { Section } from '../Section';
import { NameForm } from './NameForm';

const GOES = ['profile', 'tracks', 'people', 'sign_in'] as const;
const STAYS = ['plays', 'messages', 'records'] as const;

function Points({ title, points }: { title: string; points: readonly string[] }) {
  return (
    <div>
      <h3 className="font-semibold">{title}</h3>
      <ul className="mt-2 list-disc space-y-1 ps-5 text-muted marker:text-line-strong">
        {points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
    </div>
  );
}

function DeleteDialog({ me, onClose }: { me: User; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const remove = useDeleteMe();
  const connections = useConnections();
  const [wanted, setWanted] = useState<'password' | 'username' | null>(null);
  /* Who came by an account elsewhere may have no password; the server says so when there is one. */
  const asked = wanted ?? (connections.data?.items.length ? 'username' : 'password');

  async function send(proof: DeletionProof) {
    try {
      const { deletion_at } = await remove.mutateAsync(proof);
      await endSession(t('data.delete.done', { date: format.day(deletion_at) }));
    } catch (error) {
      const other = asked === 'password' ? 'username' : 'password';
      if (!hasCode(error, 'validation') || !error.fields.some(({ field }) => field === other)) throw error;
      setWanted(other);
    }
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('data.delete.ask', { name: me.username })} description={t('data.delete.ask_text')}>
      {asked === 'password' ? (
        <PasswordForm submit={t('data.delete.sure')} tone="danger" onPassword={(password) => send({ password })} />
      ) : (
        <NameForm name={me.username} submit={t('data.delete.sure')} onName={(username) => send({ username })} />
      )}
    </Dialog>
  );
}

function Leaving({ me, at }: { me: User; at: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const restore = useRestoreMe();
  return (
    <>
      <p className="text-danger">{t('frame.deletion.text', { date: format.day(at) })}</p>
      <Button
        className="mt-4"
        busy={restore.isPending}
        aria-label={`${t('frame.deletion.keep')}: ${me.username}`}
        onClick={() => restore.mutate(undefined, { onError: (error) => toast(problemText(error, t), 'danger') })}
      >
        {t('frame.deletion.keep')}
      </Button>
    </>
  );
}

export function DeleteAccount() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const [asking, setAsking] = useState(false);
  if (!me) return null;
  return (
    <Section id="delete" title={t('data.delete.title')} lead={t('data.delete.lead')}>
      {me.deletion_at ? (
        <Leaving me={me} at={me.deletion_at} />
      ) : (
        <>
          <div className="grid gap-6 sm:grid-cols-2">
            <Points title={t('data.delete.goes_title')} points={GOES.map((point) => t(`data.delete.goes.${point}`))} />
            <Points title={t('data.delete.stays_title')} points={STAYS.map((point) => t(`data.delete.stays.${point}`))} />
          </div>
          <Button tone="danger" className="mt-6" onClick={() => setAsking(true)}>
            {t('data.delete.title')}
          </Button>
        </>
      )}
      {asking && <DeleteDialog me={me} onClose={() => setAsking(false)} />}
    </Section>
  );
}
