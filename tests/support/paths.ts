/** Where things are. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BINARY = path.resolve(process.env['VEZA_BINARY'] ?? path.join(ROOT, 'build/veza'));
export const DOCUMENT = path.join(ROOT, 'api/openapi.json');

/** What the suite writes for itself and for whoever reads its failures; below the project, for each suite its own. */
export const WORK = path.join(ROOT, process.env['VEZA_TEST_WORK'] ?? 'build/test-api');
export const COVERAGE = path.join(WORK, 'coverage');
export const LOGS = path.join(WORK, 'logs');

export function makeFolders(): void {
  for (const folder of [WORK, COVERAGE, LOGS]) mkdirSync(folder, { recursive: true });
}
