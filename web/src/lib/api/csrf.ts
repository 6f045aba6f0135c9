/* The CSRF token, which belongs to the session: fetched when first needed, forgotten when the session changes. */

let token: Promise<string> | null = null;

async function fetchToken(): Promise<string> {
  const response = await fetch('/api/v1/csrf-token', {
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { Accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`csrf-token: ${response.status}`);
  const body = (await response.json()) as { csrf_token: string };
  return body.csrf_token;
}

/** The token, or an empty string when there is none to be had (the server then says what is wrong). */
export async function csrfToken(): Promise<string> {
  token ??= fetchToken();
  try {
    return await token;
  } catch {
    token = null;
    return '';
  }
}

export function forgetCsrf(): void {
  token = null;
}
