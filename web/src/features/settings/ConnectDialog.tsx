/* Connecting a service: a token of ListenBrainz, or the consent that one gives Last.fm in the browser. */

import { ExternalLink } from 'lucide-react';
import { useState, type ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormError } from '@/components/ui/FormError';
import { problemText } from '@/lib/api/problemText';
import type { ScrobbleAccount, ScrobbleBegun } from '@/lib/api/schema';
import { useConfirmLastFm, useConnectLastFm, useConnectListenBrainz } from '@/lib/api/scrobbling/change';
import { useScrobblingServices } from '@/lib/api/scrobbling/list';
import { useForm } from '@/lib/form/useForm';
import { toast } from '@/lib/toast/store';
import { z } from '@/lib/zod';

export type Service = ScrobbleAccount['service'];

const address = z.string().trim().max(500, 'too_long');

/** Where the service is, if not at the usual address. */
function AddressField({ usual, ...field }: { usual: string | undefined } & Omit<ComponentProps<typeof TextField>, 'label'>) {
  const { t } = useTranslation();
  return <TextField label={t('scrobbling.address')} hint={t('scrobbling.address_hint', { address: usual ?? '' })} type="url" inputMode="url" autoComplete="off" maxLength={500} {...field} />;
}

function ListenBrainzForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const connect = useConnectListenBrainz();
  const services = useScrobblingServices();
  const form = useForm({
    schema: z.object({ token: z.string().trim().min(1, 'required').max(200, 'too_long'), base_url: address }),
    values: { token: '', base_url: '' },
    send: async ({ token, base_url }) => {
      await connect.mutateAsync({ token, base_url: base_url || null });
      onDone();
    },
  });
  return (
    <Form form={form} guarded>
      <TextField label={t('scrobbling.token')} hint={t('scrobbling.token_hint')} type="password" autoComplete="off" mono maxLength={200} {...form.field('token')} />
      <AddressField usual={services.data?.listenbrainz_url} {...form.field('base_url')} />
      <Button type="submit" tone="accent" busy={form.busy} className="w-full">
        {t('scrobbling.connect_now')}
      </Button>
    </Form>
  );
}

function LastFmForm({ onBegun }: { onBegun: (begun: ScrobbleBegun) => void }) {
  const { t } = useTranslation();
  const connect = useConnectLastFm();
  const services = useScrobblingServices();
  const form = useForm({
    schema: z.object({ api_key: z.string().trim().max(100, 'too_long'), api_secret: z.string().trim().max(100, 'too_long'), base_url: address }),
    values: { api_key: '', api_secret: '', base_url: '' },
    send: async ({ api_key, api_secret, base_url }) =>
      onBegun(await connect.mutateAsync({ ...(api_key && { api_key }), ...(api_secret && { api_secret }), base_url: base_url || null })),
  });
  return (
    <Form form={form} guarded>
      {services.data && <p className="text-sm text-muted">{t(services.data.has_lastfm_key ? 'scrobbling.key_optional' : 'scrobbling.key_needed')}</p>}
      <TextField label={t('scrobbling.key')} autoComplete="off" mono maxLength={100} {...form.field('api_key')} />
      <TextField label={t('scrobbling.secret')} type="password" autoComplete="off" mono maxLength={100} {...form.field('api_secret')} />
      <AddressField usual={services.data?.lastfm_url} {...form.field('base_url')} />
      <Button type="submit" tone="accent" busy={form.busy} className="w-full">
        {t('scrobbling.go_on')}
      </Button>
    </Form>
  );
}

/** The person agrees in another tab, and comes back. */
function Agree({ begun, onDone }: { begun: ScrobbleBegun; onDone: () => void }) {
  const { t } = useTranslation();
  const confirm = useConfirmLastFm();
  return (
    <div className="space-y-5">
      <p>{t('scrobbling.agree_text')}</p>
      <Button asChild className="w-full">
        <a href={begun.confirm_url} target="_blank" rel="noopener noreferrer">
          <ExternalLink size={18} aria-hidden />
          {t('scrobbling.agree')}
        </a>
      </Button>
      {confirm.isError && <FormError>{problemText(confirm.error, t)}</FormError>}
      <Button tone="accent" className="w-full" busy={confirm.isPending} onClick={() => confirm.mutate(begun.id, { onSuccess: onDone })}>
        {t('scrobbling.confirm')}
      </Button>
    </div>
  );
}

export function ConnectDialog({ service, onClose }: { service: Service; onClose: () => void }) {
  const { t } = useTranslation();
  const [begun, setBegun] = useState<ScrobbleBegun | null>(null);
  const name = t(`scrobbling.service.${service}`);
  const done = () => {
    toast(t('scrobbling.connected', { name }));
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('scrobbling.connect', { name })} description={t(`scrobbling.about.${service}`)}>
      {service === 'listenbrainz' ? <ListenBrainzForm onDone={done} /> : begun ? <Agree begun={begun} onDone={done} /> : <LastFmForm onBegun={setBegun} />}
    </Dialog>
  );
}
