import { HueBox } from '@/components/ui/HueBox';
import { hueOf } from '@/lib/color/hue';

/** A sign for an account elsewhere: its initial, on a colour of its own. */
export function ProviderMark({ name, size = 20 }: { name: string; size?: number }) {
  return (
    <HueBox hue={hueOf(name)} aria-hidden="true" width={size} className="hue-fill flex shrink-0 items-center justify-center rounded-full text-xs font-bold">
      {name.charAt(0).toUpperCase()}
    </HueBox>
  );
}
