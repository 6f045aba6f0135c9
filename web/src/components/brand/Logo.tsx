import { Mark } from './Mark';

/** Mark and word. The word is text, so that it is read and scales. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <span className="inline-flex items-center gap-2">
      <Mark size={size} className="text-accent" />
      <span className="text-lg font-extrabold tracking-tighter text-ink">Veza</span>
    </span>
  );
}
