/** Push services: one that decrypts what browsers would see, and one that answers as told. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import models from 'web-push-testing/src/PushApiModel.js';
import PushServer from 'web-push-testing/src/server.js';

export interface Subscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
  clientHash: string;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const stopAfter = (server: Server) => after(() => {
  server.closeAllConnections();
  server.close();
});

async function post<T>(url: string, body: unknown): Promise<T> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return ((await response.json().catch(() => ({}))) as { data: T }).data;
}

/** A real one in all but its name: ECDH, AES-128-GCM and the check of the sender's signature. */
export async function pushService() {
  const model = new models.PushApiModel();
  const service = new PushServer(model, 0);
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = service._app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  service.setRequestHandlers();
  const base = `http://127.0.0.1:${portOf(server)}`;
  model.notifyUrl = `${base}/notify/`;
  stopAfter(server);
  return {
    subscribe: (publicKey: string) => post<Subscription>(`${base}/subscribe`, { userVisibleOnly: 'true', applicationServerKey: publicKey }),
    expire: async (subscription: Subscription) => { await post(`${base}/expire-subscription/${subscription.clientHash}`, {}); },
    messages: async (subscription: Subscription) => (await post<{ messages: string[] }>(`${base}/get-notifications`, { clientHash: subscription.clientHash }))
      .messages.map((text) => JSON.parse(text) as Record<string, string>),
  };
}

/** Answers with the next of `answers`, then 201, and keeps what it was sent. */
export async function stubbornService(answers: { status: number; headers?: Record<string, string> }[] = []) {
  const requests: { url: string; headers: IncomingHttpHeaders; bytes: number }[] = [];
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => { bytes += chunk.length; });
    request.on('end', () => {
      requests.push({ url: request.url ?? '', headers: request.headers, bytes });
      const answer = answers.shift() ?? { status: 201 };
      response.writeHead(answer.status, answer.headers).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stopAfter(server);
  return { endpoint: `http://127.0.0.1:${portOf(server)}/send/`, requests, answers };
}
