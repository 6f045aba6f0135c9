/* What the server last said about how much we may still ask, from its RateLimit headers. */

import { create } from 'zustand';

interface RateLimit {
  limit: number | null;
  remaining: number | null;
  /** Milliseconds since the epoch until which the server asked us to wait; 0 when it did not. */
  blockedUntil: number;
}

export const useRateLimit = create<RateLimit>(() => ({ limit: null, remaining: null, blockedUntil: 0 }));

const count = (value: string | null) => (value !== null && /^\d+$/.test(value) ? Number(value) : null);

export function noteRateLimit(headers: { get(name: string): string | null }, status: number): void {
  const limit = count(headers.get('RateLimit-Limit'));
  const remaining = count(headers.get('RateLimit-Remaining'));
  if (limit !== null || remaining !== null) useRateLimit.setState({ limit, remaining });
  if (status === 429) {
    const wait = count(headers.get('Retry-After')) ?? 1;
    useRateLimit.setState({ blockedUntil: Date.now() + wait * 1000 });
  }
}
