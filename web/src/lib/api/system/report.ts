import { post } from '@/lib/api/client';

const sent = new Set<string>();

/** Tells the server of an error in the browser, once for each text, and never fails itself. */
export function reportError(error: unknown, context?: Record<string, unknown>): void {
  const message = error instanceof Error ? error.message : String(error);
  if (sent.has(message) || sent.size >= 20) return;
  sent.add(message);
  void post('/logs/frontend', { body: {
    level: 'error',
    message: message.slice(0, 1000),
    ...(error instanceof Error && error.stack ? { stack: error.stack.slice(0, 8000) } : {}),
    url: location.pathname,
    ...(context ? { context } : {}),
  } }).catch(() => undefined);
}
