/* Stands in for `react-remove-scroll` (see vite.config.ts): locks page scrolling while a dialog is open, by an attribute
 * that our own style sheet knows, since a style element would break the content security policy. */

import { Slot } from 'radix-ui';
import { useEffect, type ComponentPropsWithRef, type ElementType } from 'react';

interface RemoveScrollProps extends ComponentPropsWithRef<'div'> {
  as?: ElementType;
  enabled?: boolean;
  allowPinchZoom?: boolean;
  shards?: unknown;
  noIsolation?: boolean;
  inert?: boolean;
  removeScrollBar?: boolean;
}

let locks = 0;

function lock() {
  locks += 1;
  document.documentElement.toggleAttribute('data-scroll-locked', true);
  return () => {
    locks -= 1;
    if (locks === 0) document.documentElement.toggleAttribute('data-scroll-locked', false);
  };
}

export function RemoveScroll({
  as,
  enabled = true,
  allowPinchZoom: _pinch,
  shards: _shards,
  noIsolation: _isolation,
  inert: _inert,
  removeScrollBar: _bar,
  ...props
}: RemoveScrollProps) {
  useEffect(() => (enabled ? lock() : undefined), [enabled]);
  const Component: ElementType = as ?? Slot.Root;
  return <Component {...props} />;
}
