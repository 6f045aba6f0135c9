/* A menu of actions under a button. Until it is wanted there is only the button: what draws menus is loaded when somebody comes near. */

import { Slot } from 'radix-ui';
import { lazy, Suspense, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';

const parts = () => import('./OpenMenu');

const OpenMenu = lazy(async () => ({ default: (await parts()).OpenMenu }));
export const MenuItem = lazy(async () => ({ default: (await parts()).MenuItem }));
export const MenuGroup = lazy(async () => ({ default: (await parts()).MenuGroup }));
export const MenuSeparator = lazy(async () => ({ default: (await parts()).MenuSeparator }));
/* `lazy` forgets that the type of the choices is the caller's */
export const MenuChoice = lazy(async () => ({ default: (await parts()).MenuChoice })) as unknown as typeof import('./OpenMenu').MenuChoice;

export interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  align?: 'start' | 'end';
  side?: 'top' | 'bottom';
}

const OPENING_KEYS = ['Enter', ' ', 'ArrowDown'];

export function Menu(props: MenuProps) {
  const [wanted, setWanted] = useState<'pointer' | 'key' | null>(null);
  const approach = () => void parts();
  const press = (event: PointerEvent) => {
    if (event.button !== 0 || event.ctrlKey) return;
    event.preventDefault(); /* the menu gets the focus, not the button */
    setWanted('pointer');
  };
  const type = (event: KeyboardEvent) => {
    if (!OPENING_KEYS.includes(event.key)) return;
    event.preventDefault();
    setWanted('key');
  };
  const button = (
    <Slot.Root aria-haspopup="menu" aria-expanded={false} onPointerEnter={approach} onFocus={approach} onPointerDown={press} onKeyDown={type}>
      {props.trigger}
    </Slot.Root>
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <OpenMenu {...props} byKey={wanted === 'key'} />
    </Suspense>
  );
}
