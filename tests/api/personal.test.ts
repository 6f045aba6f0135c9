/** What each table holds about people: the declarations of the modules against the schema, the archive and the erasure. */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { BINARY, ROOT } from '../support/paths.ts';

const printed = execFileSync(BINARY, ['privacy'], { encoding: 'utf8' });

test('docs/privacy.md shows what the modules declare of each table', () => {
  assert.ok(readFileSync(path.join(ROOT, 'docs/privacy.md'), 'utf8').includes(printed), 'put what `veza privacy` prints into docs/privacy.md');
});
