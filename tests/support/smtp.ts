/** A mail server that keeps what it is given, and refuses when told to. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { parseMail, type Mail } from './mail.ts';

export interface Received extends Mail {
  from: string;
  to: string[];
  encrypted: boolean;
  user: string | undefined;
}

export interface MailServer {
  port: number;
  mails: Received[];
  /** How many times each recipient was offered. */
  offers: Map<string, number>;
  /** Answers of the next offers of a recipient, in order; then it is taken. */
  refuse: Map<string, number[]>;
  /** The certificate to trust, where there is one. */
  certificate: string | undefined;
}

interface Choices {
  /** With STARTTLS, and only for this person. */
  login?: { user: string; password: string };
  /** Takes no mail before that. */
  after?: Promise<void>;
}

/** Of localhost. */
export function makeCertificate(folder: string): { key: string; cert: string; file: string } {
  const file = path.join(folder, 'cert.pem'), keyFile = path.join(folder, 'key.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', keyFile, '-out', file], { stdio: 'ignore' });
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(file, 'utf8'), file };
}

export async function mailServer({ login, after: open = Promise.resolve() }: Choices = {}): Promise<MailServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-smtp-'));
  const tls = login ? makeCertificate(folder) : undefined;
  const state: MailServer = { port: 0, mails: [], offers: new Map(), refuse: new Map(), certificate: tls?.file };
  const server = new SMTPServer({
    ...(tls ? { key: tls.key, cert: tls.cert } : { disabledCommands: ['STARTTLS', 'AUTH'] }),
    authOptional: !login,
    onAuth: (auth, _session, done) => (auth.username === login?.user && auth.password === login.password ? done(null, { user: auth.username }) : done(new Error('wrong password'))),
    onRcptTo: ({ address }, _session, done) => {
      state.offers.set(address, (state.offers.get(address) ?? 0) + 1);
      const code = state.refuse.get(address)?.shift();
      done(code ? Object.assign(new Error('not now'), { responseCode: code }) : null);
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        state.mails.push({ ...parseMail(Buffer.concat(chunks).toString('latin1')), from: session.envelope.mailFrom.address,
          to: session.envelope.rcptTo.map(({ address }) => address), encrypted: session.secure, user: session.user });
        void open.then(() => done());
      });
    },
  });
  server.on('error', () => undefined); /* clients that do not trust the certificate hang up */
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.port = (server.server.address() as AddressInfo).port;
  after(async () => {
    await new Promise<void>((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });
  return state;
}
