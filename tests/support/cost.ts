/** Loaded before a test file: when its process ends, notes how much processor time it took, and the servers and browsers that it started and waited for. */
import { writeFileSync } from 'node:fs';
import { secondsSoFar } from './ticks.ts';

process.once('exit', () => writeFileSync(process.env['VEZA_TEST_COST']!, secondsSoFar().toFixed(1)));
