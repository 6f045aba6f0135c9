/** Conversations for tests of chat. */
import { randomUUID } from 'node:crypto';
import { assertStatus, type BodyOf, type Client } from './client.ts';

export type Conversation = BodyOf<'get', '/api/v1/conversations/{id}'>;
export type ChatMessage = BodyOf<'patch', '/api/v1/conversations/{id}/messages/{messageId}'>;
type Sent = NonNullable<NonNullable<Parameters<Client['post']>[1]>['body']> & { reply_to_id?: string; attachment_ids?: string[]; track_id?: string; client_id?: string; confirm_all?: boolean };

export const begin = async (who: Client, body: { kind: 'direct' | 'private' | 'public'; name?: string; user_ids?: string[] }): Promise<Conversation> => {
  const reply = await who.post('/api/v1/conversations', { body });
  assertStatus(reply, reply.status === 200 && body.kind === 'direct' ? 200 : 201);
  return reply.body;
};
export const post = (who: Client, id: string, content: string, more: Partial<Sent> = {}) =>
  who.post('/api/v1/conversations/{id}/messages', { path: { id }, body: { client_id: randomUUID(), content, ...more } });
export const say = async (who: Client, id: string, content: string, more: Partial<Sent> = {}): Promise<ChatMessage> => {
  const reply = await post(who, id, content, more);
  assertStatus(reply, 201);
  return reply.body;
};
export const history = async (who: Client, id: string, query: { before?: number; after?: number; around?: number; limit?: number } = {}) => {
  const reply = await who.get('/api/v1/conversations/{id}/history', { path: { id }, query });
  assertStatus(reply, 200);
  return reply.body;
};
export const conversation = async (who: Client, id: string): Promise<Conversation> => {
  const reply = await who.get('/api/v1/conversations/{id}', { path: { id } });
  assertStatus(reply, 200);
  return reply.body;
};
export const read = (who: Client, id: string, seq: number, unread?: boolean) =>
  who.put('/api/v1/conversations/{id}/read', { path: { id }, body: { seq, ...(unread && { unread }) } });
export const remove = (who: Client, id: string, messageId: string) => who.delete('/api/v1/conversations/{id}/messages/{messageId}', { path: { id, messageId } });
export const edit = (who: Client, id: string, messageId: string, content: string) =>
  who.patch('/api/v1/conversations/{id}/messages/{messageId}', { path: { id, messageId }, body: { content } });
const REACTIONS = '/api/v1/chat/rooms/{roomId}/messages/{messageId}/reactions';
export const react = (who: Client, roomId: string, messageId: string, emoji: string) => who.post(REACTIONS, { path: { roomId, messageId }, body: { emoji } });
export const unreact = (who: Client, roomId: string, messageId: string, emoji: string) => who.delete(REACTIONS, { path: { roomId, messageId }, query: { emoji } });
