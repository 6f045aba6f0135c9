/* Addresses for a podcast app, each with a token: what one may hear of oneself, a playlist or a release. */

import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { CopyField } from '@/components/ui/CopyField';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { SelectField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { IconButton } from '@/components/ui/IconButton';
import { Unsaved } from '@/components/ui/Unsaved';
import { useMe } from '@/lib/api/auth/me';
import { useMakePrivateFeed, usePrivateFeeds, useRemovePrivateFeed } from '@/lib/api/feeds/feeds';
import { usePlaylists } from '@/lib/api/playlists/list';
import { problemText } from '@/lib/api/problemText';
import { useReleases } from '@/lib/api/releases/list';
import type { NewPrivateFeed, PrivateFeed } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { z } from '@/lib/zod';
import { Section } from './Section';

function FeedRow({ feed }: { feed: PrivateFeed }) {
  const { t } = useTranslation();
  const format = useFormat();
  const remove = useRemovePrivateFeed();
  const name = feed.title ?? t('apps.feed_gone');
  return (
    <li className="flex items-center gap-4 py-3">
      <div className="min-w-0 flex-1">
        <p dir="auto" className="font-semibold break-words">{name}</p>
        <p className="flex flex-wrap gap-x-3 text-xs text-muted">
          <span>{t(`apps.feed_kind.${feed.kind}`)}</span>
          <span>{t('common.created', { date: format.day(feed.created_at) })}</span>
          <span>{feed.last_used_at ? t('common.used', { when: format.ago(feed.last_used_at) }) : t('common.never_used')}</span>
        </p>
      </div>
      <IconButton
        size="sm"
        label={t('apps.feed_remove', { name })}
        disabled={remove.isPending}
        onClick={() => remove.mutate(feed.id, { onSuccess: () => toast(t('apps.feed_removed', { name })), onError: (error) => toast(problemText(error, t), 'danger') })}
      >
        <Trash2 size={16} aria-hidden />
      </IconButton>
    </li>
  );
}

function NewFeedForm({ onMade }: { onMade: (made: NewPrivateFeed) => void }) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const playlists = usePlaylists().data?.pages.flatMap((page) => page.items) ?? [];
  const releases = useReleases({ mine: true, sort: 'newest' }).data?.pages.flatMap((page) => page.items) ?? [];
  const make = useMakePrivateFeed();
  const form = useForm({
    schema: z.object({ of: z.string().min(1, 'required') }),
    values: { of: '' },
    send: async ({ of }) => {
      const [kind, of_id] = of.split(' ') as [PrivateFeed['kind'], string];
      onMade(await make.mutateAsync({ kind, of_id }));
    },
  });
  return (
    <Form form={form}>
      <SelectField label={t('apps.feed_of')} {...form.field('of')}>
        <option value="">{t('apps.feed_choose')}</option>
        {me && <option value={`person ${me.id}`}>{t('apps.feed_mine')}</option>}
        {playlists.length > 0 && (
          <optgroup label={t('apps.feed_kind.playlist')}>
            {playlists.map(({ id, name }) => (
              <option key={id} value={`playlist ${id}`}>{name}</option>
            ))}
          </optgroup>
        )}
        {releases.length > 0 && (
          <optgroup label={t('apps.feed_kind.release')}>
            {releases.map(({ id, title }) => (
              <option key={id} value={`release ${id}`}>{title}</option>
            ))}
          </optgroup>
        )}
      </SelectField>
      <Button type="submit" tone="accent" busy={form.busy} className="w-full">
        {t('apps.feed_make')}
      </Button>
    </Form>
  );
}

function NewFeedDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [made, setMade] = useState<NewPrivateFeed | null>(null);
  return (
    <Dialog open closable={!made} onOpenChange={(open) => !open && !made && onClose()} title={t('apps.feed_new')} description={t(made ? 'apps.feed_made_text' : 'apps.feed_new_text')}>
      {made ? (
        <div className="space-y-5">
          <Unsaved when />
          <CopyField label={t('apps.feed_address')} value={location.origin + made.path} />
          <Button tone="accent" className="w-full" onClick={onClose}>
            {t('apps.kept')}
          </Button>
        </div>
      ) : (
        <NewFeedForm onMade={setMade} />
      )}
    </Dialog>
  );
}

export function PrivateFeeds() {
  const { t } = useTranslation();
  const feeds = usePrivateFeeds();
  const [making, setMaking] = useState(false);
  return (
    <Section id="feeds" title={t('apps.feeds')} lead={t('apps.feeds_lead')}>
      {feeds.isPending && <PeaksSkeleton />}
      {feeds.isLoadingError && <ErrorState error={feeds.error} onRetry={() => void feeds.refetch()} />}
      {feeds.data && (
        <>
          {feeds.data.items.length > 0 ? (
            <ul aria-label={t('apps.feeds')} className="divide-y divide-line border-y border-line">
              {feeds.data.items.map((feed) => (
                <FeedRow key={feed.id} feed={feed} />
              ))}
            </ul>
          ) : (
            <p className="text-muted">{t('apps.feeds_empty')}</p>
          )}
          <Button className="mt-5" onClick={() => setMaking(true)}>
            <Plus size={18} aria-hidden />
            {t('apps.feed_new')}
          </Button>
        </>
      )}
      {making && <NewFeedDialog onClose={() => setMaking(false)} />}
    </Section>
  );
}
