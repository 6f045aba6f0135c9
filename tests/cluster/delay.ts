/** A TCP proxy that passes everything on a while later. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export class Delay {
  ms = 0;

  private constructor(private server: Server, readonly port: number, private sockets: Set<Socket>) {}

  static async to(address: string, port: number, at: string): Promise<Delay> {
    const sockets = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect({ host: address, port, keepAlive: true, keepAliveInitialDelay: 10_000, noDelay: true });
      near.setKeepAlive(true, 10_000).setNoDelay(true);
      for (const [from, to] of [[near, far], [far, near]] as const) {
        sockets.add(from);
        const waiting: (() => void)[] = [];
        /* A timer for each, and each runs the first: the order stays, also where the delay grows shorter. */
        const later = (what: () => void) => {
          waiting.push(what);
          setTimeout(() => waiting.shift()!(), delay.ms);
        };
        from.on('data', (bytes) => {
          from.pause();
          later(() => { to.write(bytes, () => from.resume()); });
        });
        from.on('end', () => later(() => to.end()));
        from.on('error', () => to.destroy());
        from.on('close', () => { sockets.delete(from); later(() => to.destroySoon()); });
      }
    });
    await new Promise<void>((resolve) => server.listen(0, at, resolve));
    const delay = new Delay(server, (server.address() as { port: number }).port, sockets);
    return delay;
  }

  async end(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
