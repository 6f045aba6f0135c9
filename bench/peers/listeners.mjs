/* listeners.mjs PACKAGES ws|hls BASE COUNT PATH - COUNT people who listen to one track. ws: by the WebSocket /ws, PATH being its query; hls: by a playlist at PATH and its
 * segments, as a player with 20 s ahead. Prints a line when all are connected. Then a line "play" lets all begin, one after the other within five seconds, and each
 * other line is answered with what they have: chunks (or segments) and bytes. Ends with standard input. */
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';

const [packages, kind, base, number, place] = process.argv.slice(2), count = Number(number);
const AHEAD_S = 20, SPREAD_MS = 5000;
const had = { chunks: 0, bytes: 0 };
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const fail = (why) => { console.error(String(why)); process.exit(1); };

async function socket() {
  const WebSocket = createRequire(path.join(packages, 'x.js'))('ws');
  const ws = new WebSocket(`${base.replace('http', 'ws')}/ws?${place}`, { perMessageDeflate: false });
  ws.on('error', fail).on('close', (code) => fail(`closed with ${code}`));
  ws.on('message', (data, binary) => {
    if (!binary) return;
    had.chunks++;
    had.bytes += data.length;
  });
  await new Promise((resolve) => ws.once('message', resolve)); /* ready */
  return () => ws.send('{"type":"play","position":0}');
}

async function player() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = (name) => new Promise((resolve) => {
    http.get(base + name, { agent }, (reply) => {
      const parts = [];
      if (reply.statusCode !== 200) fail(`${name}: ${reply.statusCode}`);
      reply.on('data', (part) => parts.push(part)).on('end', () => resolve(Buffer.concat(parts)));
    }).on('error', fail);
  });
  const take = async (name) => {
    const bytes = await get(`${path.dirname(place)}/${name}`);
    had.bytes += bytes.length;
    had.chunks++;
  };
  const playlist = String(await get(place)), init = playlist.match(/URI="([^"]+)"/)[1];
  const segments = [...playlist.matchAll(/#EXTINF:([\d.]+),.*\n(?:#.*\n)*(.+)/g)].map(([, seconds, name]) => [Number(seconds), name]);
  return async () => {
    const began = performance.now();
    let at = 0;
    await take(init);
    for (const [seconds, name] of segments) {
      const early = (at - AHEAD_S) * 1000 - (performance.now() - began);
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      await take(name);
      at += seconds;
    }
  };
}

const begin = [];
for (let i = 0; i < count; i++) begin.push(await (kind === 'ws' ? socket() : player()));
say({ ready: count });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'play') begin.forEach((one, i) => setTimeout(one, (SPREAD_MS * i) / count));
  else say(had);
}
process.exit(0);
