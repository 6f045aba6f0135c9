/* Where to go after signing in. Only paths of our own: anything that a browser could read as another site is refused. */

export const HOME = '/dashboard';

export function safeNext(next: string | null): string {
  if (!next || !/^\/(?![/\\])/.test(next) || /[\\\u0000-\u001f]/.test(next)) return HOME;
  return /^\/(login|register)\b/.test(next) ? HOME : next;
}

export const loginPath = (from: string) => (from === '/' || from === HOME ? '/login' : `/login?next=${encodeURIComponent(from)}`);
