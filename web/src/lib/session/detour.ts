/* Where one wanted to go, kept while a provider's pages are in this tab. */

const KEY = 'veza.next';

export function rememberNext(next: string | null): void {
  try {
    if (next) sessionStorage.setItem(KEY, next);
    else sessionStorage.removeItem(KEY);
  } catch {
    /* one lands at home */
  }
}

export function rememberedNext(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
