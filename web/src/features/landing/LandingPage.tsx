/* The first page: what Veza is, said over the sound of whatever was published last. */

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { TrackStrip } from '@/components/track/TrackStrip';
import { TrackStripsSkeleton } from '@/components/track/TrackSkeletons';
import { Button } from '@/components/ui/Button';
import { useMe } from '@/lib/api/auth/me';
import { useTracks } from '@/lib/api/tracks/list';
import { useTitle } from '@/lib/dom/useTitle';
import { HeroWave } from './HeroWave';
import { Promises } from './Promises';

export function Component() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const newest = useTracks({ sort: 'newest', limit: 8, unmuted: true });
  const tracks = newest.data?.items ?? [];
  useTitle(undefined);

  return (
    <>
      <section className="relative overflow-hidden border-b border-line">
        <div className="mx-auto max-w-[1440px] px-4 pt-10 sm:px-6 sm:pt-16">
          <h1 className="poster max-w-[11ch]">{t('landing.title')}</h1>
          <div className="mt-6 flex flex-wrap items-end justify-between gap-6 sm:mt-8">
            <p className="max-w-[46ch] text-base text-muted sm:text-lg">{t('landing.lead')}</p>
            <div className="flex flex-wrap gap-3">
              <Button asChild tone="accent" size="lg">
                <Link to={me ? '/upload' : '/register'}>{t(me ? 'landing.upload' : 'landing.join')}</Link>
              </Button>
              <Button asChild size="lg">
                <Link to="/discover">{t('landing.listen')}</Link>
              </Button>
            </div>
          </div>
        </div>
        <HeroWave tracks={tracks} />
      </section>

      <section className="mx-auto max-w-[1440px] px-4 pt-12 sm:px-6" aria-labelledby="newest">
        <div className="mb-4 flex items-baseline justify-between gap-4">
          <h2 id="newest" className="text-xl">
            {t('landing.newest')}
          </h2>
          <Link to="/discover" className="shrink-0 text-muted underline underline-offset-4 hover:text-ink">
            {t('common.see_all')}
          </Link>
        </div>
        {newest.isPending && <TrackStripsSkeleton />}
        {tracks.length > 0 && (
          <ul className="border-t border-line">
            {tracks.map((track) => (
              <li key={track.id}>
                <TrackStrip track={track} list={tracks} />
              </li>
            ))}
          </ul>
        )}
        {(newest.isError || (newest.isSuccess && tracks.length === 0)) && <p className="py-8 text-base text-muted">{t('landing.quiet')}</p>}
      </section>

      <Promises />
    </>
  );
}
