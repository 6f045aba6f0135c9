import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { get, post } from '@/lib/api/client';
import { forgetCsrf } from '@/lib/api/csrf';
import { useStepUp } from '@/lib/session/stepUp';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem, type Reply } from '@/testing/server';
import { StepUpDialog } from './StepUpDialog';

function Frame() {
  const asked = useStepUp((s) => s.asked);
  return asked && <StepUpDialog asked={asked} />;
}
const routes = [{ path: '/', element: <Frame /> }];
const locked = problem(403, 'mfa_required');
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /auth/2fa/status': { body: { enabled: true, enabled_at: null, recovery_codes_left: 9 } },
};

/** Refuses until the second factor has been proven. */
function guarded(answer: Reply = { body: { fine: true } }) {
  let open = false;
  const server = fakeServer({
    ...world,
    'GET /audit/stats': () => (open ? answer : locked),
    'POST /audit/cleanup': () => (open ? answer : locked),
    'POST /auth/2fa/step-up': (call) => {
      if ((call.body as { code: string }).code !== '222222') return problem(422, 'validation', { errors: [{ field: 'code', code: 'value', message: 'no' }] });
      open = true;
      return { body: { mfa_until: '2099-01-01T00:00:00Z' } };
    },
  });
  return server;
}

beforeEach(forgetCsrf);
afterEach(() => act(() => useStepUp.getState().answer(false)));

it('asks once for all who wait, and repeats what they asked', async () => {
  const server = guarded();
  renderRoutes(routes, '/');
  const both = Promise.all([get('/audit/stats'), post('/audit/cleanup', { body: { older_than_days: 400 } })]);
  const field = await screen.findByLabelText('Code from your app');
  await userEvent.type(field, '111111{Enter}');
  expect(await screen.findByText(/This code does not fit/)).toBeInTheDocument();
  await userEvent.clear(field);
  await userEvent.type(field, '222222{Enter}');
  expect(await both).toEqual([{ fine: true }, { fine: true }]);
  expect(server.count('GET /audit/stats')).toBe(2);
  expect(server.count('POST /audit/cleanup')).toBe(2);
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
});

it('lets the refusal stand when one would rather not', async () => {
  const server = guarded();
  renderRoutes(routes, '/');
  const asked = get('/audit/stats').catch((error: unknown) => error);
  await userEvent.click(await screen.findByRole('button', { name: 'Close' }));
  expect(await asked).toMatchObject({ code: 'mfa_required' });
  expect(server.count('GET /audit/stats')).toBe(1);
});

it('does not ask for ever', async () => {
  guarded(locked);
  renderRoutes(routes, '/');
  const asked = get('/audit/stats').catch((error: unknown) => error);
  await userEvent.type(await screen.findByLabelText('Code from your app'), '222222{Enter}');
  expect(await asked).toMatchObject({ code: 'mfa_required' });
});

it('leads to the settings where there is no second factor', async () => {
  fakeServer({ ...world, 'GET /audit/stats': problem(403, 'mfa_setup_required') });
  renderRoutes(routes, '/');
  const asked = get('/audit/stats').catch((error: unknown) => error);
  expect(await screen.findByRole('link', { name: 'Set it up' })).toHaveAttribute('href', '/settings/security');
  expect(await asked).toMatchObject({ code: 'mfa_setup_required' });
});

it('asks for the password where there is no second factor, and repeats what was asked', async () => {
  let open = false;
  const server = fakeServer({
    ...world,
    'POST /developer/api-keys': () => (open ? { status: 201, body: { name: 'A key' } } : problem(403, 'sign_in_again')),
    'POST /auth/step-up': (call) => {
      open = (call.body as { password: string }).password === 'correct horse battery';
      return open ? { body: { proven_until: '2099-01-01T00:00:00Z' } } : problem(403, 'password_wrong');
    },
  });
  renderRoutes(routes, '/');
  const made = post('/developer/api-keys', { body: { name: 'A key', scopes: [] } });
  const field = await screen.findByLabelText('Current password');
  await userEvent.type(field, 'not it{Enter}');
  expect(await screen.findByText('This is not your password. Check it and try again.')).toBeInTheDocument();
  await userEvent.clear(screen.getByLabelText('Current password'));
  await userEvent.type(screen.getByLabelText('Current password'), 'correct horse battery{Enter}');
  expect(await made).toEqual({ name: 'A key' });
  expect(server.count('POST /developer/api-keys')).toBe(2);
});
