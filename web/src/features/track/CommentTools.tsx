import { Ban, Check, Ellipsis, Eye, EyeOff, Pencil, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuItem } from '@/components/ui/Menu';
import { useCommentStatus } from '@/lib/api/comments/change';
import type { Track, TrackComment } from '@/lib/api/schema';
import { useBlock } from '@/lib/api/users/block';
import { useToasts } from '@/lib/toast/store';

interface CommentToolsProps {
  comment: TrackComment;
  track: Pick<Track, 'is_mine'>;
  name: string;
  onEdit: () => void;
  onRemove: () => void;
}

/** What may be done with a comment by its author and by whoever decides about it. */
export function CommentTools({ comment, track, name, onEdit, onRemove }: CommentToolsProps) {
  const { t } = useTranslation();
  const { mutate: setStatus } = useCommentStatus();
  const { mutate: setBlocked } = useBlock();
  const { author, status, may_moderate, may_edit, may_delete, is_mine } = comment;
  const decide = (now: 'shown' | 'hidden') => setStatus({ comment, status: now });
  const block = (id: string) => {
    setBlocked({ id, blocked: true });
    useToasts.getState().show({ text: t('comments.now_blocked', { name }), action: { label: t('common.undo'), run: () => setBlocked({ id, blocked: false }) } });
  };
  return (
    <Menu
      trigger={
        <IconButton label={t('comments.tools', { name })} size="sm">
          <Ellipsis size={18} aria-hidden />
        </IconButton>
      }
    >
      {may_edit && (
        <MenuItem onSelect={onEdit}>
          <Pencil size={16} aria-hidden />
          {t('comments.edit')}
        </MenuItem>
      )}
      {may_moderate && status !== 'shown' && (
        <MenuItem onSelect={() => decide('shown')}>
          {status === 'held' ? <Check size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
          {t(status === 'held' ? 'comments.approve' : 'comments.show')}
        </MenuItem>
      )}
      {may_moderate && status !== 'hidden' && !is_mine && (
        <MenuItem onSelect={() => decide('hidden')}>
          <EyeOff size={16} aria-hidden />
          {t('comments.hide')}
        </MenuItem>
      )}
      {track.is_mine && author && !is_mine && (
        <MenuItem danger onSelect={() => block(author.id)}>
          <Ban size={16} aria-hidden />
          {t('comments.block', { name })}
        </MenuItem>
      )}
      {may_delete && (
        <MenuItem danger onSelect={onRemove}>
          <Trash2 size={16} aria-hidden />
          {t('comments.remove')}
        </MenuItem>
      )}
    </Menu>
  );
}
