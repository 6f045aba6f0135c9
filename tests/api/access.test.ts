/** Who may call what: made from the description, one test a promise and operation. */
import { test } from 'node:test';
import { assertProblem } from '../support/client.ts';
import { codesOf, keyOf, operations } from '../support/document.ts';
import { bearer, cookies, needsIdentity, personFor, request, STREAM_SECRET, tooLowFor } from '../support/requests.ts';
import { World } from '../support/world.ts';

const world = await World.start('access', { STREAM_SECRET, METRICS_TOKEN: 'a token for the metrics' });
const api = world.visitor;

for (const operation of operations) {
  const key = keyOf(operation);
  const low = tooLowFor(operation);
  const person = personFor(operation);

  if (needsIdentity(operation)) {
    test(`${key} needs an identity`, async () => {
      assertProblem(await request(api, operation, { as: {} }), 401, 'unauthenticated');
    });
  }
  if (needsIdentity(operation) || operation['x-auth'] === 'optional') {
    test(`${key} refuses a token that is none`, async () => {
      assertProblem(await request(api, operation, { as: { token: 'not.a.token' } }), 401, 'unauthenticated');
    });
  }
  if (operation['x-auth'] === 'internal') {
    test(`${key} needs the secret of internal calls`, async () => {
      for (const secret of ['', 'wrong', STREAM_SECRET.slice(1)]) assertProblem(await request(api, operation, { headers: { 'x-stream-secret': secret } }), 401);
    });
  }
  if (operation['x-auth'] === 'metrics') {
    test(`${key} needs the token for metrics when there is one`, async () => {
      for (const token of ['wrong', 'a token for the metric']) assertProblem(await request(api, operation, { as: { token } }), 401, 'unauthenticated');
      assertProblem(await request(api, operation, { as: {} }), 401, 'unauthenticated');
    });
  }
  if (low) {
    test(`${key} is closed to ${low}`, async () => {
      assertProblem(await request(api, operation, { as: bearer(low) }), 403, operation['x-auth'] === 'creator' ? 'creator_required' : 'forbidden');
    });
  }
  if (codesOf(operation, 403).includes('csrf_failed')) {
    const whom = person ?? 'alice';
    test(`${key} with cookies needs the CSRF token of that session`, async () => {
      const own = await cookies(api, whom);
      const others = await cookies(api, whom === 'bob' ? 'alice' : 'bob');
      for (const csrf of [undefined, '', 'wrong', `${own.csrf}x`, others.csrf]) {
        const as = csrf === undefined ? { cookies: own.cookies } : { cookies: own.cookies, csrf };
        assertProblem(await request(api, operation, { as }), 403, 'csrf_failed', `token ${csrf}`);
      }
    });
  }
}
