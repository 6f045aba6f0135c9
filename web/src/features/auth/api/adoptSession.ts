import type { QueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import { forgetCsrf } from '@/lib/api/csrf';
import { startSession } from '@/lib/session/session';

/** Takes over a session whose cookies came by themselves, from a provider's page. Renewing it tells whose it is and how long it lives.
 * False when there is none. */
export async function adoptSession(client: QueryClient): Promise<boolean> {
  forgetCsrf();
  try {
    startSession(client, await post('/auth/refresh', { body: {} }));
    return true;
  } catch {
    return false;
  }
}
