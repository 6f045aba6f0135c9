/** A passkey device in software (WebAuthn level 3, CTAP 2): answers as a browser hands it on, and lies where told to. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256';

/** What a dishonest or broken device, or a page between, would change. */
export interface Lies {
  type?: string;
  challenge?: string;
  origin?: string;
  crossOrigin?: boolean;
  rpId?: string;
  /** 1 present, 4 verified, 64 with a credential. */
  flags?: number;
  counter?: number;
  userHandle?: string;
  /** Applied to the finished signature. */
  signature?: (bytes: Buffer) => Buffer;
  /** Instead of ours, for the authenticator data that is sent after it was signed. */
  dataSent?: (bytes: Buffer) => Buffer;
}

type Cbor = number | string | Buffer | Map<number | string, Cbor> | Record<string, never>;

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([major << 5 | value]);
  if (value < 256) return Buffer.from([major << 5 | 24, value]);
  return Buffer.from([major << 5 | 25, value >> 8, value & 255]);
}

/** RFC 8949, as much of it as devices need. */
export function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const entries = value instanceof Map ? [...value] : [];
  return Buffer.concat([head(5, entries.length), ...entries.flatMap(([key, one]) => [cbor(key), cbor(one)])]);
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest();
const fromBase64 = (text: string) => Buffer.from(text, 'base64url');

function coseKey(algorithm: Algorithm, key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' });
  if (algorithm === 'ES256') return cbor(new Map<number, Cbor>([[1, 2], [3, -7], [-1, 1], [-2, fromBase64(jwk.x!)], [-3, fromBase64(jwk.y!)]]));
  if (algorithm === 'EdDSA') return cbor(new Map<number, Cbor>([[1, 1], [3, -8], [-1, 6], [-2, fromBase64(jwk.x!)]]));
  return cbor(new Map<number, Cbor>([[1, 3], [3, -257], [-1, fromBase64(jwk.n!)], [-2, fromBase64(jwk.e!)]]));
}

function keyPair(algorithm: Algorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return algorithm === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('rsa', { modulusLength: 2048 });
}

export class Authenticator {
  readonly id = randomBytes(32);
  private readonly keys: { publicKey: KeyObject; privateKey: KeyObject };
  counter = 0;
  userHandle = '';

  constructor(readonly origin: string, readonly algorithm: Algorithm = 'ES256') {
    this.keys = keyPair(algorithm);
  }

  private clientData(type: string, challenge: string, lies: Lies): Buffer {
    return Buffer.from(JSON.stringify({ type: lies.type ?? type, challenge: lies.challenge ?? challenge, origin: lies.origin ?? this.origin, crossOrigin: lies.crossOrigin ?? false }));
  }

  private data(lies: Lies, flags: number, attested: Buffer = Buffer.alloc(0)): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(lies.counter ?? this.counter);
    return Buffer.concat([sha256(lies.rpId ?? new URL(this.origin).hostname), Buffer.from([lies.flags ?? flags]), counter, attested]);
  }

  /** navigator.credentials.create() */
  create(options: { challenge: string; user: { id: string } }, lies: Lies = {}): Record<string, never> {
    const length = Buffer.from([this.id.length >> 8, this.id.length & 255]);
    const attested = Buffer.concat([Buffer.alloc(16), length, this.id, coseKey(this.algorithm, this.keys.publicKey)]);
    const object = cbor(new Map<string, Cbor>([['fmt', 'none'], ['attStmt', new Map()], ['authData', this.data(lies, 0x45, attested)]]));
    const id = this.id.toString('base64url');
    this.userHandle = options.user.id;
    return { id, rawId: id, type: 'public-key', response: { clientDataJSON: this.clientData('webauthn.create', options.challenge, lies).toString('base64url'),
      attestationObject: object.toString('base64url') }, clientExtensionResults: {} } as unknown as Record<string, never>;
  }

  /** navigator.credentials.get() */
  get(options: { challenge: string }, lies: Lies = {}): Record<string, never> {
    const client = this.clientData('webauthn.get', options.challenge, lies), data = this.data(lies, 0x05);
    const signed = sign(this.algorithm === 'EdDSA' ? null : 'sha256', Buffer.concat([data, sha256(client)]), this.keys.privateKey);
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key', response: { clientDataJSON: client.toString('base64url'), authenticatorData: (lies.dataSent?.(data) ?? data).toString('base64url'),
      signature: (lies.signature?.(signed) ?? signed).toString('base64url'), userHandle: lies.userHandle ?? this.userHandle }, clientExtensionResults: {} } as unknown as Record<string, never>;
  }
}
