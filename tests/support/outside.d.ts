/** The little that the tests use of packages without types of their own. */
declare module 'smtp-server' {
  import type { Server } from 'node:net';
  import type { Readable } from 'node:stream';
  interface Session {
    secure: boolean;
    user?: string;
    envelope: { mailFrom: { address: string }; rcptTo: { address: string }[] };
  }
  type Done = (error?: Error | null) => void;
  export class SMTPServer {
    constructor(options: {
      key?: string;
      cert?: string;
      authOptional?: boolean;
      disabledCommands?: string[];
      onAuth?: (auth: { username: string; password: string }, session: Session, done: (error: Error | null, user?: { user: string }) => void) => void;
      onRcptTo?: (address: { address: string }, session: Session, done: Done) => void;
      onData?: (stream: Readable, session: Session, done: Done) => void;
    });
    server: Server;
    listen(port: number, host: string, ready: () => void): void;
    close(done: () => void): void;
    on(event: 'error', handler: (error: Error) => void): this;
  }
}

declare module 'web-push-testing/src/server.js' {
  import type { RequestListener, Server } from 'node:http';
  class PushServer {
    constructor(model: unknown, port: number);
    _app: RequestListener & { listen(port: number, host: string, ready: () => void): Server };
    setRequestHandlers(): void;
  }
  export default PushServer;
}

declare module 'web-push-testing/src/PushApiModel.js' {
  class PushApiModel {
    notifyUrl: string;
  }
  const model: { PushApiModel: typeof PushApiModel };
  export default model;
}
