import type { ComponentPropsWithRef, CSSProperties } from 'react';

interface HueBoxProps extends ComponentPropsWithRef<'div'> {
  /** Degrees on the OKLCH wheel; everything inside may use `--hue`. */
  hue: number;
  width?: number;
}

/** A box whose colours come from one hue (classes `hue-fill`, `hue-wash`). */
export function HueBox({ hue, width, ...props }: HueBoxProps) {
  const style: Record<string, string | number> = { '--hue': hue };
  if (width !== undefined) Object.assign(style, { width: `${width}px`, height: `${width}px`, fontSize: `${Math.round(width * 0.44)}px` });
  return <div {...props} style={style as CSSProperties} />;
}
