/** What a page is busy with, for a test that waits for it in vain. */
import type { Page } from 'playwright-core';

const ANSWER_MS = 2000;

/** Asked for when the page is new; the function that is returned tells where its main thread is. */
export async function watchMainThread(page: Page): Promise<() => Promise<string>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Debugger.enable'); /* later it would wait for the script that never ends */
  return async () => {
    const late = () => new Promise<null>((resolve) => setTimeout(() => resolve(null), ANSWER_MS));
    const state = () => page.evaluate(() => document.querySelector('[data-player-state]')?.outerHTML.slice(0, 200) ?? 'no player');
    const answer = await Promise.race([state().catch(String), late()]);
    if (answer !== null) return `the page answers: ${answer}`;
    const stack = new Promise<string>((resolve) =>
      session.once('Debugger.paused', ({ callFrames }) => resolve(callFrames.map(({ functionName, url, location }) => `${functionName || '(anonymous)'} ${url}:${location.lineNumber}:${location.columnNumber ?? 0}`).join(' < '))));
    session.send('Debugger.pause').catch(() => undefined);
    const where = await Promise.race([stack, late()]);
    session.send('Debugger.resume').catch(() => undefined);
    return where === null ? 'the page does not answer, and runs no script' : `the page runs ${where}`;
  };
}
