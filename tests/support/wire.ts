/** A TCP connection that a test holds and cuts: between a server and a part that it needs. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export class Wire {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private left = Infinity;
  private waiting: (() => void)[] = [];
  port = 0;

  constructor(private readonly target: number) {}

  /** Listens, on the same port as before. */
  async mend(): Promise<this> {
    this.letGo();
    this.server = createServer((near) => this.join(near)).listen(this.port, '127.0.0.1');
    await new Promise((resolve, reject) => this.server!.once('listening', resolve).once('error', reject));
    this.port = (this.server.address() as { port: number }).port;
    return this;
  }

  private join(near: Socket): void {
    const far = connect({ port: this.target, host: '127.0.0.1' });
    for (const [one, other] of [[near, far], [far, near]] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => { this.sockets.delete(one); other.destroy(); });
    }
    far.on('data', (bytes: Buffer) => near.write(bytes));
    near.on('data', (bytes: Buffer) => {
      this.left -= bytes.length;
      far.write(bytes);
      if (this.left > 0) return;
      near.pause();
      this.waiting.push(() => near.resume());
    });
  }

  /** What is sent stays here once so many bytes have passed, from now on. */
  holdAfter(bytes: number): void {
    this.left = bytes;
  }

  get holds(): boolean {
    return this.waiting.length > 0;
  }

  letGo(): void {
    this.left = Infinity;
    for (const go of this.waiting.splice(0)) go();
  }

  /** Ends all connections and takes no new ones. */
  async cut(): Promise<void> {
    const { server } = this, closed = server && new Promise((resolve) => server.close(resolve));
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
    this.waiting = [];
    await closed;
  }
}
