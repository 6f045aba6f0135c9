import { get, post } from '@/lib/api/client';

export const startRadio = (track_id: string) => post('/discover/radio', { body: { track_id } });

/** What it plays next, and which rules could not be kept. */
export const nextOfRadio = (id: string, count = 10) => post('/discover/radio/{id}/next', { path: { id }, body: { count } });

/** Tracks that lead from one to the other, with both. */
export const pathBetween = (from: string, to: string, length: number, signal?: AbortSignal) => get('/discover/path', { query: { from, to, length }, signal });
