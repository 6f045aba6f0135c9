/* A playlist by a link, which opens it to whoever has that: read only, with or without an account. */

import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { PlayAll } from '@/components/track/PlayAll';
import { useEntries } from '@/components/track/useEntries';
import { ErrorState } from '@/components/ui/ErrorState';
import { NotFound } from '@/components/ui/NotFound';
import { Page } from '@/components/ui/Page';
import { useShared, useSharedItems } from '@/lib/api/playlists/shared';
import { hasCode } from '@/lib/api/problem';
import type { Playlist } from '@/lib/api/schema';
import { useTitle } from '@/lib/dom/useTitle';
import { PlaylistHeader, PlaylistSkeleton } from './PlaylistHeader';
import { PlaylistBody } from './PlaylistItems';

function Loaded({ playlist, token }: { playlist: Playlist; token: string }) {
  const entries = useEntries(useSharedItems(token));
  return (
    <article>
      <PlaylistHeader playlist={playlist} />
      <div className="mx-auto max-w-[1440px] px-4 pt-8 pb-16 sm:px-6">
        <PlayAll title={playlist.name} count={playlist.track_count} {...entries} />
        <PlaylistBody playlist={playlist} {...entries} />
      </div>
    </article>
  );
}

export function Component() {
  const { token = '' } = useParams();
  const { t } = useTranslation();
  const playlist = useShared(token);
  useTitle(playlist.data?.name);

  if (playlist.isPending) return <PlaylistSkeleton id={token} />;
  if (hasCode(playlist.error, 'not_found', 'validation')) return <NotFound title={t('playlists.link_gone')} />;
  if (playlist.isLoadingError) {
    return (
      <Page>
        <ErrorState page error={playlist.error} onRetry={() => void playlist.refetch()} />
      </Page>
    );
  }
  return <Loaded key={token} playlist={{ ...playlist.data, may_edit: false }} token={token} />;
}
