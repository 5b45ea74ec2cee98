/**
 * Secrets on their way between the page and the application. What lies between them, Wails and
 * the web view, copies messages and does not overwrite the copies; so passwords, codes and keys
 * cross in HPKE (RFC 9180), with keys that open one envelope and are then forgotten.
 *
 * The same suite and the same names are in `app/envelope.go`.
 */
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';

/** What crosses instead of a secret. One with nothing in it stands for the empty text. */
export interface Envelope {
  key: string;
  /** In base64: the encapsulated key, then the ciphertext. */
  box: string;
}

/** A key that closes one envelope; its point is uncompressed, in base64. */
export interface PublicKey {
  id: string;
  point: string;
}

/** What an envelope may hold. It cannot be opened as anything else. */
export const contents = [
  'password',
  'new password',
  'code',
  'recovery code',
  'factor',
  'invitation',
  'help code',
  'check word',
  'passphrase',
  'private key',
  'qr',
  'key',
  'codes',
  'kit key',
] as const;

export type Content = (typeof contents)[number];

const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});
/** An uncompressed point of P-256. */
const pointLength = 65;

const bytesOf = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer;
const purpose = (what: Content): ArrayBuffer => bytesOf(`countersign/${what}`);

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function fromBase64(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}

/** Closes a text for whoever made the key. */
export async function close(what: Content, text: string, { id, point }: PublicKey): Promise<Envelope> {
  const recipientPublicKey = await suite.kem.deserializePublicKey(fromBase64(point));
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: purpose(what) }, bytesOf(text));
  return { key: id, box: toBase64(new Uint8Array([...new Uint8Array(enc), ...new Uint8Array(ct)])) };
}

/** The page's own key, for one answer. */
export class Mailbox {
  readonly #pair: CryptoKeyPair;
  readonly key: PublicKey;

  private constructor(pair: CryptoKeyPair, key: PublicKey) {
    this.#pair = pair;
    this.key = key;
  }

  static async make(): Promise<Mailbox> {
    const pair = await suite.kem.generateKeyPair();
    const point = await suite.kem.serializePublicKey(pair.publicKey);
    return new Mailbox(pair, { id: '', point: toBase64(new Uint8Array(point)) });
  }

  /** Takes the text out. It fails for what was closed for another key, or holds something else. */
  async open(what: Content, { box }: Envelope): Promise<string> {
    const bytes = fromBase64(box);
    const recipient = {
      recipientKey: this.#pair,
      enc: bytes.slice(0, pointLength),
      info: purpose(what),
    };
    return new TextDecoder().decode(await suite.open(recipient, bytes.slice(pointLength)));
  }
}
