/* The request that ends the session is sent alone: what would arrive after it would be refused, and tell of somebody who has left. */

let waiting: Promise<void> | null = null;
let resume = () => {};
const underWay = new Set<AbortController>();

/** Resolves when requests may be sent: at once, unless the session is being ended. */
export const mayBeSent = (): Promise<void> | null => waiting;

export function goOn(): void {
  waiting = null;
  resume();
}

/** For a request that stops when the session is ended, or by `given`; it says when it is `done`. */
export function stoppable(given: AbortSignal | null): { signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (given?.aborted) abort();
  given?.addEventListener('abort', abort);
  underWay.add(controller);
  return {
    signal: controller.signal,
    done() {
      given?.removeEventListener('abort', abort);
      underWay.delete(controller);
    },
  };
}

/** Runs `work`, which ends the session; its request says `alone`. What was under way is aborted. Where it fails, the page goes on; otherwise nothing is sent any more,
 * and the document is left. */
export async function endAlone<T>(work: () => Promise<T>): Promise<T> {
  waiting = new Promise((resolve) => (resume = resolve));
  for (const controller of underWay) controller.abort();
  try {
    return await work();
  } catch (error) {
    goOn();
    throw error;
  }
}
