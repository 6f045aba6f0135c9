/* Which key means what to the player, and when it means nothing because something else needs it. */

export type Shortcut = 'toggle' | 'back' | 'forward' | 'previous' | 'next' | 'louder' | 'quieter' | 'mute' | 'queue';

export interface KeyLike {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  defaultPrevented: boolean;
  target: EventTarget | null;
}

/** Text goes there: no key is ours. */
const TYPING = 'input:not([type=checkbox],[type=radio],[type=range],[type=button],[type=submit]), textarea, select, [contenteditable]:not([contenteditable=false])';
/** Space presses these. */
const PRESSABLE = 'button, a[href], summary, input, [role=button], [role^=menuitem], [role=option], [role=switch], [role=tab], [role=checkbox], [role=radio]';
/** Arrows move inside these. */
const ARROWED = 'input, audio, video, [role=slider], [role=menu], [role=listbox], [role=tablist], [role=radiogroup], [role=tree], [role=grid], [role=combobox], [data-arrow-keys]';

const KEYS: Record<string, Shortcut> = {
  ' ': 'toggle',
  ArrowLeft: 'back',
  ArrowRight: 'forward',
  ArrowUp: 'louder',
  ArrowDown: 'quieter',
  m: 'mute',
  l: 'queue',
  q: 'queue',
};

const SHIFTED: Record<string, Shortcut> = { ArrowLeft: 'previous', ArrowRight: 'next' };

export function shortcutFor(event: KeyLike): Shortcut | null {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return null;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest(TYPING)) return null;
  if (event.key === ' ' && target?.closest(PRESSABLE)) return null;
  if (event.key.startsWith('Arrow') && target?.closest(ARROWED)) return null;
  if (event.shiftKey) return SHIFTED[event.key] ?? null;
  return KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}
