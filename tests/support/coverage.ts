/** Which declared statuses of which operations were seen. Each test process leaves a file; the run adds them up. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { keyOf, operations } from './document.ts';
import { COVERAGE, ROOT } from './paths.ts';

const seen = new Set<string>();

process.on('exit', () => {
  /* Not by the number of the process, which a later one may get: what this one saw would be lost. */
  if (seen.size) writeFileSync(path.join(COVERAGE, `${randomUUID()}.json`), JSON.stringify([...seen]));
});

export function record(operation: string, status: number): void {
  seen.add(`${operation} ${status}`);
}

export const isRecorded = (operation: string, status: number) => seen.has(`${operation} ${status}`);

interface Excuse {
  operation: string;
  status: string;
  reason: string;
}

export interface CoverageReport {
  operations: number;
  statuses: number;
  hit: number;
  missing: string[];
  stale: string[];
}

/** What was declared and never seen, and excuses that excuse nothing. */
export function coverageReport(): CoverageReport {
  const hits = new Set(readdirSync(COVERAGE).flatMap((file) => JSON.parse(readFileSync(path.join(COVERAGE, file), 'utf8')) as string[]));
  const declared = operations.flatMap((operation) => Object.keys(operation.responses).map((status) => `${keyOf(operation)} ${status}`));
  const excuses = JSON.parse(readFileSync(path.join(ROOT, 'tests/api/uncovered.json'), 'utf8')) as Excuse[];
  const excused = new Set(excuses.map(({ operation, status }) => `${operation} ${status}`));
  return {
    operations: operations.length,
    statuses: declared.length,
    hit: declared.filter((one) => hits.has(one)).length,
    missing: declared.filter((one) => !hits.has(one) && !excused.has(one)),
    stale: excuses.filter(({ operation, status, reason }) => {
      const one = `${operation} ${status}`;
      return !reason || !declared.includes(one) || hits.has(one);
    }).map(({ operation, status }) => `${operation} ${status}`),
  };
}
