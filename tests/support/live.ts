/** A client of the WebSocket: it keeps what it hears, and everything that it hears must be as described. */
import { strict as assert } from 'node:assert';
import WebSocket from 'ws';
import { assertStatus, type Client, type Credentials } from './client.ts';
import { messageComplaint } from './document.ts';
import { until } from './wait.ts';
import type { components } from '../../build/test-api/schema.js';

export type Message = components['schemas']['ServerMessage'];
export type Type = Message['type'];
export type Of<T extends Type> = Extract<Message, { type: T }>;
type Request = components['schemas']['ClientMessage'];

export class Live {
  readonly heard: Message[] = [];
  closed: { code: number; reason: string } | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      assert.equal(messageComplaint(message), undefined);
      this.heard.push(message);
    });
    socket.on('close', (code, reason) => { this.closed = { code, reason: reason.toString() }; });
    socket.on('error', () => undefined);
  }

  /** Opens one at the server of `client`, and waits until it is subscribed to its person's own topic. */
  static async open(client: Client, as?: Credentials, after?: number): Promise<Live> {
    const live = await Live.connect(client, as, after);
    await live.hears('subscribed');
    return live;
  }

  /** The same without waiting. */
  static async connect(client: Client, as?: Credentials, after?: number): Promise<Live> {
    const ticket = await client.post('/api/v1/ws/ticket', as ? { as } : {});
    assertStatus(ticket, 201);
    const address = `${client.base.replace('http', 'ws')}/api/v1/ws?token=${ticket.body.ticket}${after === undefined ? '' : `&after=${after}`}`;
    return new Live(new WebSocket(address));
  }

  /** Opens one at an address of the server. */
  static at(client: Client, path: string): Promise<Live> {
    return Promise.resolve(new Live(new WebSocket(client.base.replace('http', 'ws') + path)));
  }

  send(request: Request): void {
    this.socket.send(JSON.stringify(request));
  }

  all<T extends Type>(type: T): Of<T>[] {
    return this.heard.filter((message): message is Of<T> => message.type === type);
  }

  hears<T extends Type>(type: T, which: (message: Of<T>) => boolean = () => true, seconds = 20): Promise<Of<T>> {
    return until(`a message of type ${type}`, () => this.all(type).find(which), seconds);
  }

  /** The numbers of what was heard on a topic. */
  numbers(topic: string): number[] {
    return this.heard.flatMap((message) => ('number' in message && message.type !== 'subscribed' && message.topic === topic ? [message.number] : []));
  }

  /** Subscribes; gives the answer. */
  async subscribe(topic: string, after?: number): Promise<Of<'subscribed'> | Of<'refused'>> {
    const from = this.heard.length;
    this.send({ type: 'subscribe', topic, ...(after !== undefined && { after }) });
    return until(`an answer about ${topic}`, () =>
      this.heard.slice(from).find((one): one is Of<'subscribed'> | Of<'refused'> => (one.type === 'subscribed' || one.type === 'refused') && one.topic === topic));
  }

  closes(seconds = 20): Promise<{ code: number; reason: string }> {
    return until('the end of the connection', () => this.closed, seconds);
  }

  end(): void {
    this.socket.terminate();
  }
}
