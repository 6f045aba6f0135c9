/** The samples of deploy/ as the real proxies run them: ports and certificates are the test's, every other line is what operators copy. */
import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { test } from 'node:test';
import WebSocket from 'ws';
import { assertStatus } from '../support/client.ts';
import { certificate, Nginx } from '../support/nginx.ts';
import { startSample } from '../support/proxy.ts';
import { playable } from '../support/tracks.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('proxy-samples', { TRUSTED_PROXIES: '127.0.0.1' });
const folder = certificate();
writeFileSync(`${folder}/music.example.org.pem`, readFileSync(`${folder}/fullchain.pem`, 'utf8') + readFileSync(`${folder}/privkey.pem`, 'utf8'));
const ca = readFileSync(`${folder}/fullchain.pem`);
const track = await playable(world.as('carol'), { title: 'Behind a proxy', is_public: 'true' });

interface Reply { status: number; headers: Record<string, string | string[] | undefined>; body: string }

for (const name of ['nginx', 'haproxy', 'caddy'] as const) {
  test(`deploy/${name}: API, streams, a WebSocket, an upload of 300 MB, the visitor's address and HSTS`, async () => {
    const behind = { ...world.server.ports, certificates: folder };
    const port = name === 'nginx' ? (await Nginx.start(behind)).port : await startSample(name, behind);
    const agent = new Agent({ ca, servername: 'music.example.org' });
    const ask = (url: string, { method = 'GET', headers = {}, parts = [] as Buffer[] } = {}): Promise<Reply> => new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path: url, method, agent, headers: { host: 'music.example.org', ...headers } }, (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.on('end', () => resolve({ status: reply.statusCode!, headers: reply.headers, body: Buffer.concat(chunks).toString('latin1') }));
      });
      sent.on('error', reject);
      for (const part of parts) sent.write(part);
      sent.end();
    });

    const status = await ask('/api/v1/status', { headers: { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' } });
    assert.equal(status.status, 200);
    assert.equal(status.headers['strict-transport-security'], 'max-age=31536000');
    await world.server.logged(/"path":"\/api\/v1\/status".*"ip":"127\.0\.0\.1"/);
    assert.doesNotMatch(world.server.log(), /203\.0\.113\.9/, 'a visitor cannot choose the address');
    assert.equal((await ask('/metrics')).status, 404);

    const token = template.tokens.carol;
    const playlist = await ask(`/hls/${track.id}/low/playlist.m3u8`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(playlist.status, 200);
    const segment = playlist.body.split('\n').find((line) => line && !line.startsWith('#'))!;
    const part = await ask(`/hls/${track.id}/low/${segment}`, { headers: { authorization: `Bearer ${token}`, range: 'bytes=0-99' } });
    assert.equal(part.status, 206);
    assert.equal(part.body.length, 100);

    const ticket = await world.as('alice').post('/api/v1/ws/ticket');
    assertStatus(ticket, 201);
    const socket = new WebSocket(`wss://127.0.0.1:${port}/api/v1/ws?token=${ticket.body.ticket}`,
      { ca, servername: 'music.example.org', headers: { host: 'music.example.org' } } as WebSocket.ClientOptions);
    const hello = await new Promise<Buffer>((resolve, reject) => socket.once('message', resolve).once('error', reject));
    assert.match(hello.toString(), /"hello"/);
    socket.terminate();

    /* 300 MB that are no sound: received whole, then refused for what they are. */
    const megabyte = Buffer.alloc(1024 * 1024, 1);
    const head = Buffer.from('--boundary\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n'), tail = Buffer.from('\r\n--boundary--\r\n');
    const upload = await ask('/api/v1/tracks', {
      method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=boundary', 'content-length': String(head.length + 300 * megabyte.length + tail.length) },
      parts: [head, ...Array.from({ length: 300 }, () => megabyte), tail],
    });
    assert.equal((JSON.parse(upload.body) as { errors?: { code: string }[] }).errors?.[0]?.code, 'not_audio', upload.body);
    agent.destroy();
  });
}
