import type { Meta, StoryObj } from '@storybook/react-vite';
import type { TrackComment } from '@/lib/api/schema';
import { ada, track } from '@/testing/fixtures';
import { draftComment } from '@/lib/api/comments/write';
import { CommentRow } from './CommentRow';

const comment: TrackComment = {
  id: 'story',
  track_id: track().id,
  content: 'That echo!\nIt comes back once more at the end.',
  timestamp: 83.2,
  parent_id: null,
  status: 'shown',
  is_edited: false,
  edited_at: null,
  is_deleted: false,
  reply_count: 0,
  track_version: 1,
  is_of_other_recording: false,
  created_at: '2026-01-01T00:00:00Z',
  author: track().creator,
  is_mine: true,
  may_delete: true,
  may_edit: true,
  may_moderate: false,
};
const nothing = () => undefined;

const meta = {
  title: 'track/Comment',
  component: CommentRow,
  args: { comment, track: track({ duration_ms: 180_000 }), open: true, onSeek: nothing, onPoint: nothing, onRemove: nothing },
} satisfies Meta<typeof CommentRow>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Own: Story = {};
export const OfSomebodyElse: Story = { args: { comment: { ...comment, may_delete: false, timestamp: null, content: 'أحب هذا الجزء' } } };
export const AccountGone: Story = { args: { comment: { ...comment, may_delete: false, author: null } } };
export const Held: Story = { args: { comment: { ...comment, is_mine: false, may_moderate: true, status: 'held', reply_count: 2 } } };
export const Deleted: Story = { args: { comment: { ...comment, author: null, content: '', is_deleted: true, may_delete: false, may_edit: false, reply_count: 3 } } };
export const Unsent: Story = { args: { comment: draftComment(track(), ada, 'On its way.', 12) } };
