import { UserRound } from 'lucide-react';
import { Avatar } from '@/components/ui/Avatar';
import { HueBox } from '@/components/ui/HueBox';
import type { TrackComment } from '@/lib/api/schema';

/** The picture of whoever wrote a comment; a figure where their account is gone. */
export function CommentAvatar({ author, size }: { author: TrackComment['author']; size: number }) {
  if (author) return <Avatar user={author} size={size} />;
  return (
    <HueBox hue={0} width={size} aria-hidden="true" className="flex shrink-0 items-center justify-center rounded-full bg-sunk text-muted">
      <UserRound size={size * 0.6} />
    </HueBox>
  );
}
