/** Waits for a condition instead of sleeping. */

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waiting any longer is no use. */
export class Hopeless extends Error {}

/** Asks until the answer is something; fails after `seconds` with the last answer's or error's words. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  seconds = 20,
  everyMs = 25,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  let last: unknown = 'nothing';
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error;
    }
    if (performance.now() > end) throw new Error(`after ${seconds} s still waiting for ${what}; last: ${String(last)}`);
    await pause(everyMs);
  }
}
