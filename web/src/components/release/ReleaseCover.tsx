import { Cover, type CoverProps } from '@/components/cover/Cover';
import type { Release } from '@/lib/api/schema';

interface ReleaseCoverProps extends Omit<CoverProps, 'track'> {
  release: Pick<Release, 'id' | 'cover_url'>;
}

/** Its picture, or one drawn from its id. */
export function ReleaseCover({ release, ...props }: ReleaseCoverProps) {
  return <Cover track={{ id: release.id, cover_url: release.cover_url, waveform_url: null }} {...props} />;
}
