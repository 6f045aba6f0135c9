/** A small client of the stream server's WebSocket: it keeps the chunks that it gets, each with its bytes, and all that it hears must be as described. */
import { strict as assert } from 'node:assert';
import WebSocket from 'ws';
import { record } from './coverage.ts';
import { messageComplaint } from './document.ts';
import { Hopeless, until } from './wait.ts';
import type { components } from '../../build/test-api/schema.js';

type Message = components['schemas']['StreamServerMessage'];
type Of<T extends Message['type']> = Extract<Message, { type: T }>;
export type Chunk = Of<'chunk'> & { binary: Buffer };

export class Player {
  readonly heard: Message[] = [];
  readonly chunks: Chunk[] = [];
  closed: { code: number; reason: string } | undefined;
  private awaited: Of<'chunk'> | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary: boolean) => this.take(data, isBinary));
    socket.on('close', (code, reason) => { this.closed = { code, reason: reason.toString() }; });
    socket.on('error', () => undefined);
    socket.on('open', () => record('GET /ws', 101));
    socket.on('unexpected-response', (_, reply) => record('GET /ws', reply.statusCode!));
  }

  /** `base`: of the stream server, or of what stands before it. */
  static connect(base: string, query: Record<string, string>): Player {
    return new Player(new WebSocket(`${base.replace('http', 'ws')}/ws?${new URLSearchParams(query).toString()}`));
  }

  static async open(base: string, query: Record<string, string>): Promise<Player> {
    const player = Player.connect(base, query);
    await player.hears('ready');
    return player;
  }

  private take(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      assert.ok(this.awaited, 'bytes come behind a chunk only');
      assert.equal(data.length, this.awaited.bytes);
      this.chunks.push({ ...this.awaited, binary: data });
      this.awaited = undefined;
      return;
    }
    assert.equal(this.awaited, undefined, 'the bytes of a chunk come next');
    const message = JSON.parse(data.toString()) as Message;
    assert.equal(messageComplaint(message, 'x-stream-messages'), undefined);
    this.heard.push(message);
    if (message.type !== 'chunk') return;
    if (message.data === undefined) this.awaited = message;
    else this.chunks.push({ ...message, binary: Buffer.from(message.data, 'base64') });
  }

  send(message: components['schemas']['StreamClientMessage']): void {
    this.socket.send(JSON.stringify(message));
  }

  hears<T extends Message['type']>(type: T, which: (message: Of<T>) => boolean = () => true, seconds = 20): Promise<Of<T>> {
    return until(`a message of type ${type}`, () => {
      if (this.closed) throw new Hopeless(`closed with ${this.closed.code} ${this.closed.reason}`);
      return this.heard.find((message): message is Of<T> => message.type === type && which(message as Of<T>));
    }, seconds);
  }

  of(generation: number): Chunk[] {
    return this.chunks.filter((chunk) => chunk.generation === generation);
  }

  /** Tells the server that it has played all that it has, whenever something comes, so that the track comes as fast as it can be sent; until its last chunk. */
  async playToEnd(generation: number, seconds = 60): Promise<Chunk[]> {
    const ends = () => this.of(generation).at(-1);
    let told = -1;
    await until('the last chunk', () => {
      const chunk = ends();
      if (chunk?.last) return true;
      if (chunk && chunk.sequence !== told) {
        told = chunk.sequence;
        this.send({ type: 'sync', position: (chunk.position + chunk.samples) / chunk.sample_rate });
      }
      return false;
    }, seconds);
    return this.of(generation);
  }

  closes(seconds = 20): Promise<{ code: number; reason: string }> {
    return until('the end of the connection', () => this.closed, seconds);
  }

  end(): void {
    this.socket.terminate();
  }
}
