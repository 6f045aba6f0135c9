/** Bytes on a socket, for what no well-behaved client sends. */
import { strict as assert } from 'node:assert';
import { connect } from 'node:net';
import { record } from './coverage.ts';
import { complaint, keyOf, type Operation } from './document.ts';
import { pause } from './wait.ts';

export interface RawReply {
  /** 0: the server closed without a word. */
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Did the server close the connection before the time was over? */
  closed: boolean;
  elapsedMs: number;
  text: string;
}

/** A request's head; names and values as given, a Host unless there is one. */
export function request11(line: string, headers: Record<string, string> = {}): string {
  const all = { ...(Object.keys(headers).some((name) => name.toLowerCase() === 'host') ? {} : { Host: 'localhost' }), ...headers };
  return `${line} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

interface Exchange {
  write: (string | Buffer)[];
  /** Pause between the writes. */
  everyMs?: number;
  /** How long to listen. */
  forMs?: number;
  /** Listen on until the server closes, also when a whole reply is there. */
  untilClosed?: boolean;
}

function parse(text: string): Omit<RawReply, 'closed' | 'elapsedMs' | 'text'> {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const lines = head.split('\r\n');
  return {
    status: Number(lines[0]?.match(/^HTTP\/1\.[01] (\d{3})/)?.[1] ?? 0),
    headers: Object.fromEntries(lines.slice(1).map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])),
    body: rest.join('\r\n\r\n'),
  };
}

const isWhole = (text: string) => {
  const { status, headers, body } = parse(text);
  return status >= 200 && text.includes('\r\n\r\n') && Buffer.byteLength(body, 'latin1') >= Number(headers['content-length'] ?? 0);
};

/** Writes, and gives back what the server said until it closed, the reply was whole, or the time was over. */
export async function exchange(port: number, { write, everyMs = 0, forMs = 5000, untilClosed = false }: Exchange): Promise<RawReply> {
  const begin = performance.now();
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '', closed = false;
  const ended = new Promise<void>((resolve) => {
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      if (!untilClosed && isWhole(text)) resolve();
    });
    socket.on('error', () => { closed = true; resolve(); });
    socket.on('close', () => { closed = true; resolve(); });
    socket.on('end', () => { closed = true; resolve(); });
    setTimeout(resolve, forMs).unref();
  });
  await new Promise<void>((resolve) => { socket.once('connect', resolve); socket.once('error', () => resolve()); });
  for (const [i, bytes] of write.entries()) {
    if (i && everyMs) await pause(everyMs);
    if (closed || socket.destroyed) break;
    socket.write(bytes);
  }
  await ended;
  socket.destroy();
  return { ...parse(text), closed, elapsedMs: performance.now() - begin, text };
}

/** The reply is as this operation declares it. */
export function assertRaw(reply: RawReply, operation: Operation, status: number, code: string): void {
  assert.equal(reply.status, status, reply.text.slice(0, 300));
  const body = JSON.parse(reply.body) as { code: string };
  assert.equal(body.code, code);
  assert.equal(complaint(operation, status, reply.headers['content-type'] ?? '', body), undefined);
  record(keyOf(operation), status);
}
