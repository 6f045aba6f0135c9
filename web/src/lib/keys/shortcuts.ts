/* Every keyboard shortcut of the app, in one table: what listens for keys and the sheet that lists them both read it.
 *
 * Arrow up and down belong to scrolling. Keys that are pressed alone can be switched off (store.ts), since they get in the way of speech
 * input and of those who hit keys by accident (WCAG 2.1.4). */

export type Shortcut = 'search' | 'help' | 'toggle' | 'back' | 'forward' | 'previous' | 'next' | 'louder' | 'quieter' | 'mute' | 'queue';

export interface Combination {
  /** As `KeyboardEvent.key` has it; letters in lower case. */
  key: string;
  shift?: true;
  /** Control, or ⌘ on a Mac. */
  command?: true;
}

interface Row {
  does: Shortcut;
  where: 'everywhere' | 'player';
  keys: readonly Combination[];
}

export const SHORTCUTS: readonly Row[] = [
  { does: 'search', where: 'everywhere', keys: [{ key: '/' }, { key: 'k', command: true }] },
  { does: 'help', where: 'everywhere', keys: [{ key: '?' }] },
  { does: 'toggle', where: 'player', keys: [{ key: ' ' }] },
  { does: 'back', where: 'player', keys: [{ key: 'ArrowLeft' }] },
  { does: 'forward', where: 'player', keys: [{ key: 'ArrowRight' }] },
  { does: 'previous', where: 'player', keys: [{ key: 'ArrowLeft', shift: true }] },
  { does: 'next', where: 'player', keys: [{ key: 'ArrowRight', shift: true }] },
  { does: 'louder', where: 'player', keys: [{ key: 'ArrowUp', shift: true }] },
  { does: 'quieter', where: 'player', keys: [{ key: 'ArrowDown', shift: true }] },
  { does: 'mute', where: 'player', keys: [{ key: 'm' }] },
  { does: 'queue', where: 'player', keys: [{ key: 'q' }, { key: 'l' }] },
];

/** Pressed alone, so it can be switched off. */
export const isSingle = (combination: Combination) => !combination.shift && !combination.command;

export interface KeyLike {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  defaultPrevented: boolean;
  target: EventTarget | null;
}

/** Text goes there: only combinations with a command key are ours. */
const TYPING = 'input:not([type=checkbox],[type=radio],[type=range],[type=button],[type=submit]), textarea, select, [contenteditable]:not([contenteditable=false])';
/** Space presses these. */
const PRESSABLE = 'button, a[href], summary, input, [role=button], [role^=menuitem], [role=option], [role=switch], [role=tab], [role=checkbox], [role=radio]';
/** Arrows move inside these. */
const ARROWED = 'input, audio, video, [role=slider], [role=menu], [role=listbox], [role=tablist], [role=radiogroup], [role=tree], [role=grid], [role=combobox], [data-arrow-keys]';

function pressed(event: KeyLike, combination: Combination): boolean {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key !== combination.key || (event.ctrlKey || event.metaKey) !== Boolean(combination.command)) return false;
  /* which characters need Shift depends on the keyboard's layout */
  const character = /^[^a-z ]$/.test(key);
  return character || event.shiftKey === Boolean(combination.shift);
}

function wantedByTarget({ key, target }: KeyLike, combination: Combination): boolean {
  if (combination.command || !(target instanceof Element)) return false;
  if (target.closest(TYPING)) return true;
  if (key === ' ') return target.closest(PRESSABLE) !== null;
  /* Shift and an arrow change what is selected, once something is */
  return key.startsWith('Arrow') && (target.closest(ARROWED) !== null || (combination.shift === true && document.getSelection()?.isCollapsed === false));
}

/** What a key press asks for, or null when it means nothing or something else needs it. `single`: whether keys pressed alone count. */
export function shortcutFor(event: KeyLike, single: boolean): Shortcut | null {
  if (event.defaultPrevented || event.altKey) return null;
  for (const { does, keys } of SHORTCUTS) {
    const found = keys.find((combination) => pressed(event, combination));
    if (found) return (isSingle(found) && !single) || wantedByTarget(event, found) ? null : does;
  }
  return null;
}
