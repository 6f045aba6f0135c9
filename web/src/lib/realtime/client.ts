/* One WebSocket that stays: opens with a ticket, pings so that a dead line is noticed, and opens again after a wait that
 * doubles from one second to a minute. It gives up when the session has ended. */

import { hasCode } from '@/lib/api/problem';

export interface Message {
  type: string;
  [key: string]: unknown;
}

export interface RealtimeOptions {
  ticket: () => Promise<string>;
  onMessage: (message: Message) => void;
  /** Each time the line is open; whatever happened before was missed. */
  onOpen?: () => void;
  /** The session has ended: the line is not opened again. */
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

const addressOf = (ticket: string) =>
  `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/ws?token=${encodeURIComponent(ticket)}`;

class Line {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pings: ReturnType<typeof setInterval> | undefined;
  private heard = 0;
  private attempt = 0;
  private opening = false;
  private stopped = false;

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
      if (!this.stopped) this.attach(new WebSocket(addressOf(ticket)));
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
      this.options.onOpen?.();
    };
    socket.onmessage = (event) => {
      this.heard = performance.now();
      const message = parse(event.data);
      if (message) this.options.onMessage(message);
    };
    socket.onclose = (event) => {
      this.drop();
      if (event.code === SESSION_ENDED) this.end();
      else this.later();
    };
  }

  private ping(): void {
    if (performance.now() - this.heard > SILENCE_MS) {
      this.drop();
      this.later();
    } else this.socket?.send('{"type":"ping"}');
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

/** Opens the line; the returned function closes it for good. */
export function connect(options: RealtimeOptions): () => void {
  const line = new Line(options);
  return () => line.stop();
}
