/* The mark: five peaks of a waveform that stand as a V. */

interface MarkProps {
  size?: number;
  className?: string;
}

/* x, top and bottom of each bar on a 32 grid; the tops draw the V, the bottoms its echo. */
const BARS = [
  [4, 5, 17],
  [10, 9, 24],
  [16, 15, 29],
  [22, 9, 24],
  [28, 5, 17],
] as const;

export function Mark({ size = 28, className }: MarkProps) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className={className}>
      {BARS.map(([x, top, bottom]) => (
        <line key={x} x1={x} x2={x} y1={top} y2={bottom} stroke="currentColor" strokeWidth="4" strokeLinecap="round" />
      ))}
    </svg>
  );
}
