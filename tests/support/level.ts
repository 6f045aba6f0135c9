/** The level of a run. `make test` asks each promise once (`short`). `make test-full` asks it in all breadth: at every size, in every language, in
 * every round (`full`). What belongs to the full level is declared with `full` instead of `test`, or goes through fewer rounds while `isFull` is false. */
import { test, type TestContext } from 'node:test';

const level = process.env['VEZA_TEST_LEVEL'] ?? 'short';
if (level !== 'short' && level !== 'full') throw new Error(`VEZA_TEST_LEVEL is short or full, not ${level}`);

export const isFull = level === 'full';

/** A test of the full level. On the short one it is listed as left out, and counted neither as passed nor as failed. */
export function full(name: string, run: (t: TestContext) => Promise<void> | void): void {
  void test(name, { skip: isFull ? false : 'of the full level' }, run);
}

/** A test that sees the server's own sockets, or what the last byte on them does; left out in a run through nginx. */
export function withoutProxy(name: string, run: (t: TestContext) => Promise<void> | void): void {
  void test(name, { skip: process.env['VEZA_TEST_NGINX'] ? 'looks at the server’s own sockets' : false }, run);
}

/** A test that looks into the folder of files, or breaks it; left out in a run that keeps files in an object store. */
export function onDisk(name: string, run: (t: TestContext) => Promise<void> | void): void {
  void test(name, { skip: process.env['VEZA_TEST_S3'] ? 'looks into the folder of files' : false }, run);
}

/** A test of the full level that looks into the folder of files, or breaks it. */
export const fullOnDisk = isFull ? onDisk : full;
