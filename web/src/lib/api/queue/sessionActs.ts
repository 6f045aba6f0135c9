import type { Body } from '@/lib/api/address';
import { del, patch, post, put } from '@/lib/api/client';
import { asGuest, keepGuestKey } from './guest';

export const beginSession = () => post('/queue/session', { body: {} });

export const askForTrack = (token: string, track_id: string) => post('/queue/session/{token}/items', { path: { token }, headers: asGuest(token), body: { track_id } });

export function voteFor(token: string, id: string, yes: boolean) {
  const options = { path: { token, id }, headers: asGuest(token) };
  return yes ? post('/queue/session/{token}/items/{id}/vote', options) : del('/queue/session/{token}/items/{id}/vote', options);
}

export const takeBackItem = (token: string, id: string) => del('/queue/session/{token}/items/{id}', { path: { token, id }, headers: asGuest(token) });

export const goOn = (token: string, leaving: string | null) => post('/queue/session/{token}/next', { path: { token }, headers: asGuest(token), body: { leaving } });

export const tellPlace = (token: string, body: Body<'put', '/queue/session/{token}/position'>) =>
  put('/queue/session/{token}/position', { path: { token }, body });

export const changeSession = (token: string, body: Body<'patch', '/queue/session/{token}'>) => patch('/queue/session/{token}', { path: { token }, body });

export const newLink = (token: string) => post('/queue/session/{token}/link', { path: { token } });

export const endSession = (token: string) => del('/queue/session/{token}', { path: { token } });

export async function joinAs(token: string, name: string): Promise<void> {
  const { key } = await post('/queue/session/{token}/guests', { path: { token }, headers: asGuest(token), body: { name } });
  keepGuestKey(token, key);
}
