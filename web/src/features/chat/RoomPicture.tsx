import { Hash, Lock } from 'lucide-react';
import { Avatar } from '@/components/ui/Avatar';
import { HueBox } from '@/components/ui/HueBox';
import type { Conversation } from '@/lib/api/schema';
import { hueOf } from '@/lib/color/hue';

interface RoomPictureProps {
  room: Pick<Conversation, 'id' | 'kind' | 'other'>;
  size?: number;
}

/** The other person of a direct conversation, a sign for a room. Decorative: the name stands beside it. */
export function RoomPicture({ room, size = 40 }: RoomPictureProps) {
  if (room.kind === 'direct' && room.other) return <Avatar user={room.other} size={size} />;
  const Sign = room.kind === 'public' ? Hash : Lock;
  return (
    <HueBox hue={hueOf(room.id)} aria-hidden="true" className="hue-fill flex shrink-0 items-center justify-center rounded-card" width={size}>
      <Sign size={size / 2} aria-hidden />
    </HueBox>
  );
}
