/* One WebSocket that stays: opens with a ticket, pings so that a dead connection is noticed, and opens again after a wait that
 * doubles from one second to a minute. It gives up when the session has ended.
 *
 * Messages of a topic are numbered. The connection keeps the number of the newest that it had of each topic, names it when it opens again, and is
 * sent what it missed. Where that is no longer possible, `reload` is called: what the page shows of the topic has to be read anew. */

import type { components } from '@/lib/api/schema';
import { hasCode } from '@/lib/api/problem';

type Message = components['schemas']['ServerMessage'];
type Request = components['schemas']['ClientMessage'];
/** What modules of the server send on topics. */
export type TopicMessage = Exclude<Extract<Message, { number: number }>, { type: 'subscribed' | 'large' }>;

/** Passed on from one subscriber to the others: it has no number, and is not sent again. */
export type Typing = Extract<Message, { type: 'chat.is_typing' }>;

export interface Listener {
  onMessage: (message: TopicMessage) => void;
  /** When the topic is subscribed to for the first time, and whenever something may be missing. */
  reload: () => void;
  onTyping?: (typing: Typing) => void;
}

export interface RealtimeOptions extends Listener {
  ticket: () => Promise<string>;
  /** The session has ended: the connection is not opened again. */
  onEnd?: () => void;
}

export const FIRST_WAIT_MS = 1000;
export const LONGEST_WAIT_MS = 60_000;
export const PING_MS = 30_000;
const SILENCE_MS = 75_000;
const SESSION_ENDED = 1008;

/** Half of it by chance, so that a server that comes back is not met by everybody at once. */
export const waitBefore = (attempt: number, random = Math.random()) =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt) * (0.5 + random / 2);

function parse(data: unknown): Message | null {
  try {
    const value: unknown = JSON.parse(String(data));
    return value && typeof value === 'object' && typeof (value as Message).type === 'string' ? (value as Message) : null;
  } catch {
    return null;
  }
}

const addressOf = (ticket: string, after: number | undefined) =>
  `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/ws?token=${encodeURIComponent(ticket)}${after === undefined ? '' : `&after=${after}`}`;

/** Who listens to topics other than the person's own, whether or not there is a connection. */
const listeners = new Map<string, Set<Listener>>();
let connection: Connection | null = null;

class Connection {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pings: ReturnType<typeof setInterval> | undefined;
  private heard = 0;
  private attempt = 0;
  private opening = false;
  private stopped = false;
  private own = '';
  /** Of the newest message of each topic. */
  private readonly numbers = new Map<string, number>();

  constructor(private readonly options: RealtimeOptions) {
    addEventListener('online', this.now);
    void this.open();
  }

  /** Back on the network: no reason to wait any longer. */
  private readonly now = () => {
    if (this.socket || this.opening) return;
    this.attempt = 0;
    void this.open();
  };

  stop(): void {
    this.stopped = true;
    removeEventListener('online', this.now);
    clearTimeout(this.timer);
    this.drop();
  }

  subscribe(topic: string): void {
    const after = this.numbers.get(topic);
    this.send({ type: 'subscribe', topic, ...(after !== undefined && { after }) });
  }

  unsubscribe(topic: string): void {
    this.numbers.delete(topic);
    this.send({ type: 'unsubscribe', topic });
  }

  send(request: Request): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(request));
  }

  private drop(): void {
    clearInterval(this.pings);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private async open(): Promise<void> {
    clearTimeout(this.timer);
    this.opening = true;
    try {
      const ticket = await this.options.ticket();
      if (!this.stopped) this.attach(new WebSocket(addressOf(ticket, this.numbers.get(this.own))));
    } catch (error) {
      if (this.stopped) return;
      if (hasCode(error, 'unauthenticated', 'token_expired')) this.end();
      else this.later();
    } finally {
      this.opening = false;
    }
  }

  private attach(socket: WebSocket): void {
    this.socket = socket;
    socket.onopen = () => {
      this.attempt = 0;
      this.heard = performance.now();
      this.pings = setInterval(() => this.ping(), PING_MS);
      for (const topic of listeners.keys()) this.subscribe(topic);
    };
    socket.onmessage = (event) => {
      this.heard = performance.now();
      const message = parse(event.data);
      if (message) this.take(message);
    };
    socket.onclose = (event) => {
      this.drop();
      if (event.code === SESSION_ENDED) this.end();
      else this.later();
    };
  }

  private take(message: Message): void {
    switch (message.type) {
      case 'hello':
        this.own = message.topic;
        return;
      case 'pong':
      case 'refused':
        return;
      case 'subscribed': {
        const known = this.numbers.has(message.topic) && message.complete;
        if (!known) this.reload(message.topic, message.number);
        return;
      }
      case 'chat.is_typing':
        this.of(message.topic).forEach((one) => one.onTyping?.(message));
        return;
      case 'large':
        this.reload(message.topic, message.number);
        return;
      case 'ended':
        if (this.numbers.delete(message.topic)) this.of(message.topic).forEach((one) => one.reload());
        return;
      default:
        if (message.number <= (this.numbers.get(message.topic) ?? 0)) return;
        this.numbers.set(message.topic, message.number);
        this.of(message.topic).forEach((one) => one.onMessage(message));
    }
  }

  private of(topic: string): Listener[] {
    return topic === this.own ? [this.options] : [...(listeners.get(topic) ?? [])];
  }

  private reload(topic: string, number: number): void {
    this.numbers.set(topic, number);
    this.of(topic).forEach((one) => one.reload());
  }

  private ping(): void {
    if (performance.now() - this.heard > SILENCE_MS) {
      this.drop();
      this.later();
    } else this.send({ type: 'ping' });
  }

  private later(): void {
    this.timer = setTimeout(() => void this.open(), waitBefore(this.attempt));
    this.attempt += 1;
  }

  private end(): void {
    this.stop();
    this.options.onEnd?.();
  }
}

/** Opens the connection; the returned function closes it for good. The options listen to the person's own topic. */
export function connect(options: RealtimeOptions): () => void {
  const opened = new Connection(options);
  connection = opened;
  return () => {
    opened.stop();
    if (connection === opened) connection = null;
  };
}

/** Listens to a topic, for as long as there is a connection; the returned function ends it. */
export function listen(topic: string, listener: Listener): () => void {
  const known = listeners.get(topic);
  const all = known ?? new Set<Listener>();
  all.add(listener);
  listeners.set(topic, all);
  if (!known) connection?.subscribe(topic);
  return () => {
    all.delete(listener);
    if (all.size) return;
    listeners.delete(topic);
    connection?.unsubscribe(topic);
  };
}

/** Tells the others who are subscribed to a topic that one types, or does not any more; where there is no connection, nothing. */
export const tellTyping = (topic: string, isTyping: boolean) => connection?.send({ type: 'chat.typing', topic, is_typing: isTyping });
