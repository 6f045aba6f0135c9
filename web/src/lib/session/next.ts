/* Where to go after signing in. Only paths of our own: anything that a browser could read as another site is refused. */

export const HOME = '/dashboard';

const hasControl = (text: string) => [...text].some((c) => c < ' ');

export function safeNext(next: string | null): string {
  if (!next || !/^\/(?![/\\])/.test(next) || next.includes('\\') || hasControl(next)) return HOME;
  return /^\/(login|register)\b/.test(next) ? HOME : next;
}

export const loginPath = (from: string) => (from === '/' || from === HOME ? '/login' : `/login?next=${encodeURIComponent(from)}`);
