import { FileDown } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { API } from '@/lib/api/client';
import type { ChatAttachment } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { usePlayer } from '@/lib/player/store';

const addressOf = (room: string, id: string) => `${API}/chat/rooms/${room}/attachments/${id}`;

function Attachment({ room, file }: { room: string; file: ChatAttachment }) {
  const { t } = useTranslation();
  const format = useFormat();
  const url = addressOf(room, file.id);
  if (file.media_type.startsWith('image/')) {
    return (
      <a href={url} target="_blank" rel="noopener" className="block w-fit">
        <img src={url} alt={file.filename} loading="lazy" className="max-h-72 max-w-full rounded-card bg-sunk object-contain" />
      </a>
    );
  }
  return (
    <div className="w-full max-w-md rounded-card border border-line p-2">
      <a href={url} download={file.filename} className="flex items-center gap-3 hover:underline">
        <FileDown size={20} aria-hidden className="shrink-0 text-muted" />
        <bdi className="min-w-0 flex-1 truncate text-sm font-semibold">{file.filename}</bdi>
        <span className="num shrink-0 text-xs text-muted">{format.bytes(file.size_bytes)}</span>
      </a>
      {file.media_type.startsWith('audio/') && (
        // eslint-disable-next-line jsx-a11y/media-has-caption -- nobody has written down what is heard
        <audio controls preload="none" src={url} aria-label={t('chat.listen', { name: file.filename })} onPlay={() => usePlayer.getState().pause()} className="mt-2 h-10 w-full" />
      )}
    </div>
  );
}

export function Attachments({ room, files }: { room: string; files: readonly ChatAttachment[] }) {
  return (
    <ul className="mt-1 space-y-2">
      {files.map((file) => (
        <li key={file.id}>
          <Attachment room={room} file={file} />
        </li>
      ))}
    </ul>
  );
}
