/* A playlist from a file, and what became of each of its entries. */

import { FileText } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { Progress } from '@/components/ui/Progress';
import { useChooseTrack } from '@/lib/api/playlists/chooseTrack';
import { useImportFile } from '@/lib/api/playlists/importFile';
import { problemText } from '@/lib/api/problemText';
import type { PlaylistImport, PlaylistImportLine } from '@/lib/api/schema';
import { saveText } from '@/lib/dom/saveText';
import { isText } from '@/lib/i18n';

const ENDINGS = '.m3u,.m3u8,.xspf,.jspf,.json,.csv,.tsv,.txt';

/** So many are listed here; the report has them all. */
const LISTED = 100;

function useReason() {
  const { t } = useTranslation();
  return (reason: string | null) => {
    const key = `playlists.reason.${reason ?? ''}`;
    return isText(key) ? t(key) : (reason ?? '');
  };
}

const isOpen = (line: PlaylistImportLine) => line.status !== 'matched';
const named = ({ title, artist }: { title: string | null; artist: string | null }) => [artist, title].filter(Boolean).join(' – ');

function Candidates({ line, playlist }: { line: PlaylistImportLine; playlist: string }) {
  const { t } = useTranslation();
  const choose = useChooseTrack();
  const chosen = line.candidates?.find((one) => choose.isSuccess && one.track_id === choose.variables.trackId);
  const taken = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (choose.isSuccess) taken.current?.focus(); /* the button that had it is gone */
  }, [choose.isSuccess]);
  if (chosen)
    return (
      <p ref={taken} tabIndex={-1} className="mt-1 text-xs text-ok outline-none">
        {t('playlists.import_chosen', { name: named(chosen) })}
      </p>
    );
  return (
    <>
      <p className="mt-1 text-xs text-muted">{t('playlists.import_candidates')}</p>
      <ul>
        {line.candidates?.map((one) => (
          <li key={one.track_id} className="flex items-center gap-3 py-1 text-xs">
            <Link to={`/track/${one.track_id}`} dir="auto" className="min-w-0 flex-1 underline break-words">
              {named(one)}
            </Link>
            <Button
              size="sm"
              busy={choose.isPending && choose.variables.trackId === one.track_id}
              disabled={choose.isPending}
              aria-label={t('playlists.import_take_this', { name: named(one) })}
              onClick={() => choose.mutate({ id: playlist, itemId: line.item_id ?? '', trackId: one.track_id ?? '' })}
            >
              {t('playlists.import_take')}
            </Button>
          </li>
        ))}
      </ul>
      {choose.isError && (
        <p role="alert" className="text-xs text-danger">
          {problemText(choose.error, t)}
        </p>
      )}
    </>
  );
}

function Line({ line, playlist }: { line: PlaylistImportLine; playlist: string }) {
  const { t } = useTranslation();
  const reason = useReason();
  return (
    <li className="border-t border-line py-2 text-sm">
      <p dir="auto" className="break-words">
        {named(line) || t('playlists.import_untitled')}
      </p>
      <p className="text-xs text-muted">
        <span className="num">{t('playlists.import_line', { line: line.line })}</span> · {reason(line.reason)}
      </p>
      {(line.candidates ?? []).length > 0 && <Candidates line={line} playlist={playlist} />}
    </li>
  );
}

function Report({ report }: { report: PlaylistImport }) {
  const { t } = useTranslation();
  const reason = useReason();
  const heading = useRef<HTMLParagraphElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const open = report.lines.filter(isOpen);
  const rest = open.length - LISTED;
  const save = () =>
    saveText(`${report.name}.txt`, report.lines.map((line) => [line.line, line.status, reason(line.reason), named(line)].join('\t')).join('\n'));
  return (
    <div className="space-y-4">
      <div ref={heading} tabIndex={-1} className="outline-none">
        <p dir="auto" className="font-semibold break-words">
          {t('playlists.import_done', { name: report.name })}
        </p>
        <ul className="num mt-1 flex flex-wrap gap-x-4 text-sm text-muted">
          <li>{t('playlists.import_matched', { count: report.matched })}</li>
          {report.ambiguous > 0 && <li>{t('playlists.import_ambiguous', { count: report.ambiguous })}</li>}
          {report.missing > 0 && <li>{t('playlists.import_missing', { count: report.missing })}</li>}
        </ul>
      </div>
      {open.length > 0 && (
        <>
          <p className="text-sm text-muted">{t('playlists.import_waiting')}</p>
          <ul tabIndex={0} aria-label={t('playlists.import_title')} className="max-h-72 overflow-y-auto border-b border-line">
            {open.slice(0, LISTED).map((line, i) => (
              <Line key={i} line={line} playlist={report.id} />
            ))}
            {rest > 0 && <li className="border-t border-line py-2 text-sm text-muted">{t('playlists.import_rest', { count: rest })}</li>}
          </ul>
        </>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button tone="quiet" onClick={save}>
          {t('playlists.import_report')}
        </Button>
        <Button asChild tone="accent">
          <Link to={`/playlist/${report.id}`}>{t('playlists.import_open')}</Link>
        </Button>
      </div>
    </div>
  );
}

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const read = useImportFile();
  const [sent, setSent] = useState(0);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  function send(file: File) {
    abort.current = new AbortController();
    setSent(0);
    read.mutate({ file, signal: abort.current.signal, onProgress: (now, total) => setSent(total ? now / total : 0) });
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('playlists.import_title')} {...(read.data ? {} : { description: t('playlists.import_text') })}>
      {read.data ? (
        <Report report={read.data} />
      ) : read.isPending ? (
        <div className="space-y-3">
          <p dir="auto" className="text-sm break-words">
            {t('playlists.import_running', { name: read.variables.file.name })}
          </p>
          <Progress value={sent < 1 ? sent : null} label={t('playlists.import_running', { name: read.variables.file.name })} />
          <Button tone="quiet" onClick={() => abort.current?.abort()}>
            {t('common.cancel')}
          </Button>
        </div>
      ) : (
        <div className="space-y-3">
          <label
            htmlFor={id}
            className="relative flex h-24 items-center justify-center gap-2 rounded-card border border-dashed border-line-strong px-4 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent-text hover:border-ink"
          >
            <FileText size={20} aria-hidden />
            {t('playlists.import_choose')}
            <input
              id={id}
              type="file"
              accept={ENDINGS}
              className="absolute inset-0 w-full cursor-pointer opacity-0"
              onChange={(event) => {
                const file = event.target.files?.[0];
                event.target.value = '';
                if (file) send(file);
              }}
            />
          </label>
          {read.isError && !(read.error instanceof DOMException) && (
            <p role="alert" className="text-sm text-danger">
              {problemText(read.error, t)}
            </p>
          )}
        </div>
      )}
    </Dialog>
  );
}
