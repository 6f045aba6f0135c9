/** tus, as a client speaks it. */
import { createHash } from 'node:crypto';
import { assertStatus, type Client, type Reply } from './client.ts';

export const TUS = { 'tus-resumable': '1.0.0' };
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export const metadata = (pairs: Record<string, string>) => Object.entries(pairs).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join(',');

interface Creation {
  length: number;
  metadata?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array;
}

/** Asks for a new upload. */
export const create = (client: Client, { length, metadata: pairs = { filename: 'song.wav' }, headers = {}, body }: Creation): Promise<Reply> =>
  client.send('POST', '/api/v1/uploads/tus', {
    headers: { ...TUS, 'upload-length': String(length), 'upload-metadata': metadata(pairs), ...(body ? { 'content-type': 'application/offset+octet-stream' } : {}), ...headers },
    ...(body ? { body: new Uint8Array(body) } : {}),
  });

/** The address of a new upload. */
export async function begin(client: Client, creation: Creation): Promise<string> {
  const reply = await create(client, creation);
  assertStatus(reply, 201);
  return reply.headers.get('location')!;
}

export const patch = (client: Client, address: string, offset: number, body: Uint8Array, headers: Record<string, string> = {}): Promise<Reply> =>
  client.send('PATCH', address, { headers: { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream', ...headers }, body: new Uint8Array(body) });

export const head = (client: Client, address: string): Promise<Reply> => client.send('HEAD', address, { headers: TUS });
/** As a client asks: again where the server says that the upload is taken for a moment, such as by a request of a connection that is gone. */
export async function headPatiently(client: Client, address: string): Promise<Reply> {
  for (;;) {
    const reply = await head(client, address);
    if (reply.status !== 423) return reply;
  }
}
export const end = (client: Client, address: string): Promise<Reply> => client.send('DELETE', address, { headers: TUS });

export const offsetOf = (reply: Reply) => Number(reply.headers.get('upload-offset'));
export const trackOf = (reply: Reply) => reply.headers.get('veza-track');
export const idOf = (address: string) => address.split('/').at(-1)!;
