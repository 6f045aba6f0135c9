/* Whatever opens over the page (dialog, menu, queue, palette) is an entry of the browser's history, so that Back closes it.
 *
 * The entries have the page's own address and state, and in the state how many overlays are open (`overlays`). The router never hears of
 * them: a popstate that stays on its page ends here. All changes go through `settle`, which brings the history in step with what is open;
 * it runs after the event in which something was opened or closed, so that one overlay may take the place of another, and a navigation
 * that begins in an overlay takes the place of the overlay's entry. */

import { isLeaving } from '@/lib/session/leaving';

interface Overlay {
  /** Closes it. False (or a promise of it) when it stays open, such as for unsaved work. */
  close: () => unknown;
  /** It was asked to close by Back. */
  leaving: boolean;
}

interface EntryState {
  /** The router's count of pages. */
  idx?: number;
  overlays?: number;
}

const open: Overlay[] = [];
const pushState = history.pushState.bind(history);
const replaceState = history.replaceState.bind(history);
const stateNow = () => (history.state ?? {}) as EntryState;
const depth = () => stateNow().overlays ?? 0;
const staying = () => open.filter((overlay) => !overlay.leaving).length;

/** The current entry as the router made it, to be told apart and carried on when an entry above it goes. */
let last = { state: stateNow(), url: location.href };
/** We asked the browser to go back, and it has not yet. */
let going = false;
/** The router went to another page meanwhile. */
let overtaken = false;
let planned = false;

function note(): void {
  last = { state: stateNow(), url: location.href };
}

function plan(): void {
  if (planned) return;
  planned = true;
  setTimeout(settle, 0);
}

function settle(): void {
  planned = false;
  if (going || isLeaving()) return; /* going back now would cancel the load of the new document */
  const wanted = staying();
  const has = depth();
  for (let overlays = has + 1; overlays <= wanted; overlays += 1) pushState({ ...stateNow(), overlays }, '');
  if (wanted < has) {
    going = true;
    history.go(wanted - has);
  }
  note();
}

/** Puts an overlay into the history. Returns how to take it out again. */
export function enter(close: Overlay['close']): () => void {
  const overlay: Overlay = { close, leaving: false };
  open.push(overlay);
  plan();
  return () => {
    open.splice(open.indexOf(overlay), 1);
    plan();
  };
}

function askToClose(overlay: Overlay): void {
  overlay.leaving = true;
  void Promise.resolve(overlay.close()).then((closed) => {
    if (closed !== false) return;
    overlay.leaving = false;
    plan();
  });
}

function onPop(event: PopStateEvent): void {
  const samePage = stateNow().idx !== undefined && stateNow().idx === last.state.idx;
  if (going) {
    going = false;
    if (overtaken) {
      overtaken = false;
      event.stopImmediatePropagation();
      history.go(1);
      return;
    }
  } else if (samePage) {
    const now = depth();
    for (const overlay of open.filter((o) => !o.leaving).slice(now).reverse()) askToClose(overlay);
  } else if (depth() > 0 && last.state.idx !== undefined && (stateNow().idx ?? 0) < last.state.idx) {
    /* back from another page to an overlay that is closed by now: on to the page under it */
    event.stopImmediatePropagation();
    history.go(-depth());
    return;
  }
  if (samePage) {
    event.stopImmediatePropagation();
    /* what the page did to its address while the overlay was open stays */
    if (last.url !== location.href || depth() === 0) replaceState({ ...last.state, overlays: depth() }, '', last.url);
  }
  note();
  plan();
}

addEventListener('popstate', onPop, { capture: true });

history.pushState = (state: EntryState | null, unused: string, url?: string | URL | null) => {
  if (going) overtaken = true;
  /* the page that an overlay leads to takes the place of the overlay's entry: Back from it leads to the page before */
  if (depth() > 0) replaceState(state, unused, url);
  else pushState(state, unused, url);
  note();
  if (open.length > 0) plan();
};

history.replaceState = (state: EntryState | null, unused: string, url?: string | URL | null) => {
  replaceState(depth() > 0 ? { ...state, overlays: depth() } : state, unused, url);
  note();
};

/* reloaded while something was open */
if (depth() > 0) {
  going = true;
  history.go(-depth());
}
