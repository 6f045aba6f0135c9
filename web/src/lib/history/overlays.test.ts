import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { enter } from './overlays';

/** Waits until the history is in step and quiet. */
const settled = (overlays: number) => vi.waitFor(() => expect((history.state as { overlays?: number }).overlays ?? 0).toBe(overlays));
const pops: string[] = [];
/** As the router listens. */
const onPop = () => pops.push(location.pathname);

let page = 0;
function goTo(path: string) {
  page += 1;
  history.pushState({ idx: page }, '', path);
}

beforeEach(() => {
  goTo(`/start-${page}`);
  pops.length = 0;
  addEventListener('popstate', onPop);
});
afterEach(() => removeEventListener('popstate', onPop));

/** An overlay as components have it. */
function overlay(answer?: boolean) {
  const it = { open: true, asked: 0, leave: () => undefined as void };
  const out = enter(() => {
    it.asked += 1;
    if (answer !== false) it.leave();
    return answer;
  });
  it.leave = () => {
    it.open = false;
    out();
  };
  return it;
}

describe('an overlay in the history', () => {
  it('is closed by Back, the topmost first, and the router hears nothing of it', async () => {
    const below = overlay();
    const above = overlay();
    await settled(2);
    history.back();
    await settled(1);
    expect([below.open, above.open]).toEqual([true, false]);
    history.back();
    await settled(0);
    expect(below.open).toBe(false);
    expect(pops).toEqual([]);
  });

  it('closed by other means takes its entry off', async () => {
    const it = overlay();
    await settled(1);
    it.leave();
    await settled(0);
    expect(pops).toEqual([]);
  });

  it('forward does not bring back an entry without its overlay', async () => {
    overlay();
    await settled(1);
    history.back();
    await settled(0);
    const go = vi.spyOn(history, 'go');
    history.forward();
    await vi.waitFor(() => expect(go).toHaveBeenCalledWith(-1));
    await settled(0);
    expect(pops).toEqual([]);
  });

  it('that leads to another page gives its entry to that page', async () => {
    const start = location.pathname;
    const it = overlay();
    await settled(1);
    const length = history.length;
    it.leave();
    goTo('/elsewhere');
    await settled(0);
    expect(history.length).toBe(length);
    history.back();
    await vi.waitFor(() => expect(location.pathname).toBe(start));
    expect(pops).toEqual([start]);
    page -= 1;
  });

  it('a page that comes while its entry is being taken off is not lost', async () => {
    const it = overlay();
    await settled(1);
    it.leave();
    await new Promise((resolve) => setTimeout(resolve, 0)); /* the browser was told to go back */
    const go = vi.spyOn(history, 'go');
    goTo('/late');
    await vi.waitFor(() => expect(go).toHaveBeenCalledWith(1));
    await vi.waitFor(() => expect(location.pathname).toBe('/late'));
    expect(pops).toEqual([]);
  });

  it('that wants to stay open keeps its entry', async () => {
    const it = overlay(false);
    await settled(1);
    history.back();
    await vi.waitFor(() => expect(it.asked).toBe(1));
    await settled(1);
    expect(it.open).toBe(true);
    it.leave();
    await settled(0);
  });

  it('one that takes the place of another uses its entry', async () => {
    const first = overlay();
    await settled(1);
    const length = history.length;
    first.leave();
    const second = overlay();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect([history.length, (history.state as { overlays?: number }).overlays]).toEqual([length, 1]);
    second.leave();
    await settled(0);
  });

  it('what the page did to its address meanwhile stays', async () => {
    const it = overlay();
    await settled(1);
    history.replaceState({ idx: page }, '', '?status=failed');
    it.leave();
    await settled(0);
    expect(location.search).toBe('?status=failed');
  });
});
