/** Loaded before a test file: when its process ends, notes how much processor time it took, and the servers and browsers that it started and waited for. */
import { readFileSync, writeFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

process.once('exit', () => {
  const fields = readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /s, '').split(' ').map(Number);
  const ticks = fields.slice(11, 15).reduce((sum, one) => sum + one, 0); /* utime, stime, cutime, cstime */
  writeFileSync(process.env['VEZA_TEST_COST']!, (ticks / TICKS_PER_SECOND).toFixed(1));
});
