/* Playlists and stars of a Subsonic server, taken over: asked for, watched, and what was not found. */

import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { CheckField } from '@/components/ui/CheckField';
import { ErrorState } from '@/components/ui/ErrorState';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { IconButton } from '@/components/ui/IconButton';
import { Progress } from '@/components/ui/Progress';
import { isUnderWay, useBeginImport, useEndImport, useImportMissing, useImports } from '@/lib/api/imports/imports';
import { problemText } from '@/lib/api/problemText';
import type { LibraryImport } from '@/lib/api/schema';
import { useTitle } from '@/lib/dom/useTitle';
import { useForm } from '@/lib/form/useForm';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { z } from '@/lib/zod';
import { Section } from './Section';

const schema = z.object({
  base_url: z.string().trim().min(1, 'required').max(500, 'too_long'),
  username: z.string().trim().max(255, 'too_long'),
  password: z.string().max(200, 'too_long'),
  api_key: z.string().trim().max(200, 'too_long'),
  playlists: z.boolean(),
  stars: z.boolean(),
});

function ImportForm({ disabled }: { disabled: boolean }) {
  const { t } = useTranslation();
  const begin = useBeginImport();
  const form = useForm({
    schema,
    values: { base_url: '', username: '', password: '', api_key: '', playlists: true, stars: true },
    send: async ({ base_url, username, password, api_key, playlists, stars }, { reset }) => {
      await begin.mutateAsync({ base_url, playlists, stars, ...(api_key ? { api_key } : { ...(username && { username }), ...(password && { password }) }) });
      reset();
    },
  });
  return (
    <Form form={form}>
      <TextField label={t('imports.address')} hint={t('imports.address_hint')} type="url" inputMode="url" autoComplete="off" maxLength={500} {...form.field('base_url')} />
      <TextField label={t('imports.username')} autoComplete="off" maxLength={255} {...form.field('username')} />
      <TextField label={t('imports.password')} hint={t('imports.password_hint')} type="password" autoComplete="off" maxLength={200} {...form.field('password')} />
      <TextField label={t('imports.key')} hint={t('imports.key_hint')} type="password" autoComplete="off" maxLength={200} {...form.field('api_key')} />
      <CheckField label={t('imports.playlists')} {...form.register('playlists')} />
      <CheckField label={t('imports.stars')} {...form.register('stars')} />
      <Button type="submit" tone="accent" busy={form.busy} disabled={disabled}>
        {t('imports.begin')}
      </Button>
      {disabled && <p className="text-sm text-muted">{t('imports.one_at_a_time')}</p>}
    </Form>
  );
}

function Missing({ id }: { id: string }) {
  const { t } = useTranslation();
  const missing = useImportMissing(id);
  if (missing.isPending) return <PeaksSkeleton />;
  if (missing.isLoadingError) return <ErrorState error={missing.error} onRetry={() => void missing.refetch()} />;
  return (
    <ul className="max-h-80 space-y-1 overflow-y-auto text-sm" aria-label={t('imports.missing_title')} tabIndex={0}>
      {missing.data?.items.map((one) => (
        <li key={one.id} className="flex flex-wrap gap-x-2">
          <bdi className="font-semibold">{one.title ?? t('imports.untitled')}</bdi>
          {one.artist && <bdi className="text-muted">{one.artist}</bdi>}
          <span className="text-muted">
            {one.playlist_id ? (
              <Link to={`/playlist/${one.playlist_id}`} className="underline">
                <bdi>{one.name}</bdi>
              </Link>
            ) : (
              t('imports.starred')
            )}
          </span>
          {one.status === 'ambiguous' && <span className="text-muted">{t('imports.ambiguous')}</span>}
        </li>
      ))}
    </ul>
  );
}

function ImportRow({ one }: { one: LibraryImport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const end = useEndImport();
  const [open, setOpen] = useState(false);
  const running = isUnderWay(one);
  const steps = one.playlist_count + (one.wants_stars ? 1 : 0);
  return (
    <li className="space-y-2 py-4">
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <p className="font-semibold break-all">{one.base_url}</p>
          <p className="text-xs text-muted" role={running ? 'status' : undefined}>
            {t('common.created', { date: format.moment(one.created_at) })} · {t(`imports.state.${one.state}`)}
          </p>
          {one.error && <p className="text-sm text-danger">{t(`imports.error.${one.error}`)}</p>}
          <p className="text-sm">
            {t('imports.result', { playlists: format.number(Math.min(one.position, one.playlist_count)), matched: format.number(one.matched), missing: format.number(one.missing), likes: format.number(one.likes) })}
          </p>
        </div>
        <IconButton size="sm" label={t(running ? 'imports.end' : 'imports.remove')} disabled={end.isPending} onClick={() => end.mutate(one.id, { onError: (error) => toast(problemText(error, t), 'danger') })}>
          <Trash2 size={16} aria-hidden />
        </IconButton>
      </div>
      {running && <Progress value={one.state === 'queued' || steps === 0 ? null : one.position / steps} label={t('imports.progress')} />}
      {one.missing > 0 && !running && (
        <Button size="sm" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t('imports.show_missing', { count: one.missing })}
        </Button>
      )}
      {open && <Missing id={one.id} />}
    </li>
  );
}

export function Component() {
  const { t } = useTranslation();
  const imports = useImports();
  useTitle(t('settings.tab.import'));
  return (
    <Section title={t('settings.tab.import')} lead={t('imports.lead')}>
      <ImportForm disabled={imports.data?.items.some(isUnderWay) ?? false} />
      {imports.isLoadingError && <ErrorState error={imports.error} onRetry={() => void imports.refetch()} />}
      {imports.data && imports.data.items.length > 0 && (
        <ul aria-label={t('imports.list')} className="mt-8 divide-y divide-line border-y border-line">
          {imports.data.items.map((one) => (
            <ImportRow key={one.id} one={one} />
          ))}
        </ul>
      )}
    </Section>
  );
}
