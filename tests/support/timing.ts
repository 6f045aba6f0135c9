/** Do two requests take the same time? Asked in pairs, so that whatever else the machine does falls on both. */
import { strict as assert } from 'node:assert';
import type { TestContext } from 'node:test';

const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;

async function timed(ask: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await ask();
  return performance.now() - begin;
}

/** How far the median of so scattered a list is off by chance: three standard errors, from the quartiles. */
function uncertainty(list: number[]): number {
  const sorted = list.toSorted((a, b) => a - b), quartile = (part: number) => sorted[Math.floor(list.length * part)]!;
  return 3 * 1.2533 * ((quartile(0.75) - quartile(0.25)) / 1.349) / Math.sqrt(list.length);
}

/** The median of the differences within each pair must lie below a millisecond: after `least` pairs, on a busy machine after up to `most`, and
 * then no further off than a machine so busy is by chance. What lies further off is asked three times as often before it is believed: chance becomes
 * smaller with each pair, and a difference that is there does not. */
export async function assertSameTime(t: TestContext, one: (i: number) => Promise<unknown>, other: (i: number) => Promise<unknown>, least = 9, most = 20): Promise<void> {
  const first: number[] = [], second: number[] = [];
  let difference = Infinity, allowed = 1;
  for (let i = 0; i < least || (i < most && Math.abs(difference) >= 1) || (i < 3 * most && Math.abs(difference) >= allowed); i++) {
    /* The order turns around, since what a request leaves to do slows the next. */
    if (i % 2) first.push(await timed(() => one(i)));
    second.push(await timed(() => other(i)));
    if (!(i % 2)) first.push(await timed(() => one(i)));
    const differences = first.map((ms, at) => ms - second[at]!);
    difference = median(differences);
    allowed = Math.max(1, uncertainty(differences));
  }
  t.diagnostic(`medians of ${first.length} pairs: ${median(first).toFixed(2)} ms and ${median(second).toFixed(2)} ms, within a pair ${difference.toFixed(2)} ms, allowed ${allowed.toFixed(2)} ms`);
  assert.ok(Math.abs(difference) < allowed, `within ${allowed.toFixed(2)} ms, not ${difference.toFixed(2)} ms`);
}
