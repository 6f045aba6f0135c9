import { hueOf } from '@/lib/color/hue';
import { HueBox } from './HueBox';

interface AvatarProps {
  user: { id: string; display_name: string; avatar: string | null };
  size?: number;
}

/** A person's picture, or their initial on a colour of their own. Decorative: the name stands beside it. */
export function Avatar({ user, size = 32 }: AvatarProps) {
  if (user.avatar) {
    return <img src={user.avatar} alt="" width={size} height={size} loading="lazy" className="aspect-square rounded-full object-cover" />;
  }
  return (
    <HueBox hue={hueOf(user.id)} aria-hidden="true" className="hue-fill flex items-center justify-center rounded-full font-bold" width={size}>
      {Array.from(user.display_name)[0]?.toUpperCase()}
    </HueBox>
  );
}
