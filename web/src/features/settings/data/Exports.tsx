import { Archive, Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { PeaksProgress } from '@/components/peaks/PeaksProgress';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { FormError } from '@/components/ui/FormError';
import { isUnderWay, useExports } from '@/lib/api/exports/list';
import { useStartExport } from '@/lib/api/exports/start';
import { problemText } from '@/lib/api/problemText';
import type { DataExport } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { Section } from '../Section';

function UnderWay({ made }: { made: DataExport }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div>
      <PeaksProgress value={made.progress} label={t('data.export.progress')} seed={made.id} />
      <p role="status" className="mt-2 flex justify-between gap-4">
        <span>{t(made.status === 'pending' ? 'data.export.waiting' : 'data.export.packing')}</span>
        <span className="num">{format.number(Math.round(made.progress * 100))} %</span>
      </p>
      <p className="mt-1 text-muted">{t('data.export.leave')}</p>
    </div>
  );
}

function ExportRow({ made }: { made: DataExport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const ready = made.status === 'completed' && made.download_url;
  const state = made.status === 'failed' || made.status === 'expired' ? made.status : 'completed';
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <Archive size={20} aria-hidden className="shrink-0 text-muted" />
      <div className="min-w-0 flex-1 basis-40">
        <p className="font-semibold">
          {t('data.export.of', { date: format.moment(made.created_at) })}
        </p>
        <p className={made.status === 'failed' ? 'text-xs text-danger' : 'text-xs text-muted'}>
          {made.file_size_bytes !== null && ready && <span className="num me-3">{format.bytes(made.file_size_bytes)}</span>}
          {ready && made.expires_at ? t('data.export.until', { date: format.day(made.expires_at) }) : t(`data.export.state.${state}`)}
        </p>
      </div>
      {ready && made.download_url && (
        <Button asChild size="sm" tone="accent">
          <a href={made.download_url} download aria-label={t('data.export.download_of', { date: format.moment(made.created_at) })}>
            <Download size={16} aria-hidden />
            {t('data.export.download')}
          </a>
        </Button>
      )}
    </li>
  );
}

/** Everything one has put in, in one archive, made in the background. */
export function Exports() {
  const { t } = useTranslation();
  const exports = useExports();
  const start = useStartExport();
  const items = exports.data?.items ?? [];
  const running = items.find(isUnderWay);
  const done = items.filter((one) => !isUnderWay(one));
  const failed = !running && done[0]?.status === 'failed';
  const begin = () => start.mutate(undefined, { onError: (error) => toast(problemText(error, t), 'danger') });
  return (
    <Section id="export" title={t('data.export.title')} lead={t('data.export.lead')}>
      {exports.isPending && <PeaksSkeleton />}
      {exports.isLoadingError && <ErrorState error={exports.error} onRetry={() => void exports.refetch()} />}
      {exports.data && (
        <div className="space-y-5">
          {failed && <FormError>{t('data.export.failed')}</FormError>}
          {running ? (
            <UnderWay made={running} />
          ) : (
            <Button tone={done.some((one) => one.status === 'completed') ? 'plain' : 'accent'} busy={start.isPending} onClick={begin}>
              {t(failed ? 'common.retry' : 'data.export.start')}
            </Button>
          )}
          {done.length > 0 && (
            <ul aria-label={t('data.export.earlier')} className="divide-y divide-line">
              {done.map((one) => (
                <ExportRow key={one.id} made={one} />
              ))}
            </ul>
          )}
        </div>
      )}
    </Section>
  );
}
