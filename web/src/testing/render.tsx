import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { RouteObject } from 'react-router';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { expect } from 'vitest';
import { createQueryClient } from '@/lib/api/queryClient';

/** Renders routes as the app does, with a query client of its own that does not retry. */
export function renderRoutes(routes: RouteObject[], path = '/') {
  const client = createQueryClient();
  client.setDefaultOptions({ queries: { retry: false } });
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { client, router };
}

/** Presses the Undo of a notice. A menu or a dialog that closes keeps the pointer from the page for some turns of the event loop. */
export async function undo() {
  const button = await screen.findByRole('button', { name: 'Undo' });
  await waitFor(() => expect(document.body.style.pointerEvents).not.toBe('none'));
  await userEvent.click(button);
}
