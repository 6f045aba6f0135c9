/* The page of a genre or a tag: its tracks, and following it. */

import { useQuery } from '@tanstack/react-query';
import { Ellipsis, Eye, EyeOff, UserCheck, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { TrackStrips } from '@/components/track/TrackLists';
import { TrackStripsSkeleton } from '@/components/track/TrackSkeletons';
import { Button } from '@/components/ui/Button';
import { Chip } from '@/components/ui/Chip';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuItem } from '@/components/ui/Menu';
import { More } from '@/components/ui/More';
import { Page, PageHeader } from '@/components/ui/Page';
import { useMe } from '@/lib/api/auth/me';
import { labelStateQuery, useLabel, type Label, type LabelState } from '@/lib/api/discover/label';
import { useDiscovered, type Order } from '@/lib/api/discover/tracks';
import { hasCode } from '@/lib/api/problem';
import { useTitle } from '@/lib/dom/useTitle';
import { genreName } from '@/lib/genres';
import { loginPath } from '@/lib/session/next';
import { useToasts } from '@/lib/toast/store';
import { GenreTree } from './GenreTree';

function Actions({ label, state, name }: { label: Label; state: LabelState; name: string }) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const { pathname } = useLocation();
  const { mutate } = useLabel(label);
  if (!me)
    return (
      <Button asChild tone="accent">
        <Link to={loginPath(pathname)}>
          <UserPlus size={18} aria-hidden />
          {t('discover.follow')}
        </Link>
      </Button>
    );
  const set = (what: 'is_following' | 'is_muted', on: boolean, text: string) => {
    mutate({ what, on });
    useToasts.getState().show({ text, action: { label: t('common.undo'), run: () => mutate({ what, on: !on }) } });
  };
  const { is_following, is_muted } = state;
  return (
    <>
      <Button
        tone={is_following ? 'plain' : 'accent'}
        aria-pressed={is_following}
        onClick={() => set('is_following', !is_following, t(is_following ? 'discover.unfollowed' : 'discover.now_following', { name }))}
      >
        {is_following ? <UserCheck size={18} aria-hidden /> : <UserPlus size={18} aria-hidden />}
        {t(is_following ? 'discover.following' : 'discover.follow')}
      </Button>
      {is_muted ? (
        <Button onClick={() => mutate({ what: 'is_muted', on: false })}>
          <Eye size={18} aria-hidden />
          {t('discover.unmute')}
        </Button>
      ) : (
        <Menu
          align="end"
          trigger={
            <IconButton label={t('discover.more')}>
              <Ellipsis size={20} aria-hidden />
            </IconButton>
          }
        >
          <MenuItem onSelect={() => set('is_muted', true, t('discover.muted', { name }))}>
            <EyeOff size={16} aria-hidden />
            {t('discover.mute')}
          </MenuItem>
        </Menu>
      )}
    </>
  );
}

function Tracks({ label, order }: { label: Label; order: Order }) {
  const { t } = useTranslation();
  const tracks = useDiscovered(label, order);
  const items = tracks.data?.pages.flatMap((page) => page.items) ?? [];
  if (tracks.isPending) return <TrackStripsSkeleton />;
  if (tracks.isLoadingError) return <ErrorState error={tracks.error} onRetry={() => void tracks.refetch()} />;
  if (items.length === 0)
    return <Empty title={t(order === 'rising' ? 'discover.rising_empty' : 'discover.label_empty')}>{t(order === 'rising' ? 'discover.rising_empty_text' : 'discover.label_empty_text')}</Empty>;
  return (
    <>
      <TrackStrips tracks={items} />
      <More list={tracks} />
    </>
  );
}

function LabelPage({ label }: { label: Label }) {
  const { t } = useTranslation();
  const [order, setOrder] = useState<Order>('new');
  const state = useQuery(labelStateQuery(label));
  const name = label.kind === 'tag' ? `#${state.data?.name ?? label.name}` : genreName(state.data?.name ?? label.name);
  useTitle(name);
  if (state.isLoadingError) {
    const isMissing = hasCode(state.error, 'not_found');
    return (
      <Page>
        {isMissing ? (
          <Empty
            title={t('discover.missing')}
            action={
              <Button asChild>
                <Link to="/discover">{t('discover.title')}</Link>
              </Button>
            }
          />
        ) : (
          <ErrorState error={state.error} onRetry={() => void state.refetch()} />
        )}
      </Page>
    );
  }
  if (state.isPending)
    return (
      <Page>
        <PeaksSkeleton />
      </Page>
    );
  return (
    <Page>
      <PageHeader title={name} actions={<Actions label={label} state={state.data} name={name} />}>
        {state.data.is_muted ? t('discover.is_muted') : undefined}
      </PageHeader>
      {label.kind === 'genre' && <GenreTree under={state.data.slug ?? label.name} title={t('discover.below', { name })} />}
      <div role="group" aria-label={t('discover.order')} className="mb-4 flex gap-2">
        {(['new', 'rising'] as const).map((one) => (
          <Chip key={one} pressed={order === one} onClick={() => setOrder(one)}>
            {t(`discover.${one}`)}
          </Chip>
        ))}
      </div>
      <h2 className="sr-only">{t('discover.tracks')}</h2>
      <Tracks label={label} order={order} />
    </Page>
  );
}

export function Component() {
  const { genre, tag } = useParams();
  const label: Label = genre === undefined ? { kind: 'tag', name: tag ?? '' } : { kind: 'genre', name: genre };
  return <LabelPage key={`${label.kind} ${label.name}`} label={label} />;
}
