/**
 * The application's side of envelopes (`src/wire/envelopes.ts`) for the stand-in, which can thus be
 * written with plain text: what it is given was taken out, what it answers is put in.
 */
import { randomUUID } from 'node:crypto';
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';

const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});
const pairs = new Map();
const bytes = (text) => new TextEncoder().encode(text);
const info = (what) => bytes(`countersign/${what}`);
const base64 = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part))).toString('base64');

async function newKey() {
  const pair = await suite.kem.generateKeyPair();
  const id = randomUUID();
  pairs.set(id, pair);
  return { id, point: base64(await suite.kem.serializePublicKey(pair.publicKey)) };
}

/** Nobody says here what the envelope holds, so each kind is tried. */
async function open({ key, box }, kinds) {
  if (!box) return '';
  const all = Buffer.from(box, 'base64');
  for (const what of kinds) {
    try {
      const recipient = { recipientKey: pairs.get(key), enc: all.subarray(0, 65), info: info(what) };
      return new TextDecoder().decode(await suite.open(recipient, all.subarray(65)));
    } catch {
      // It holds something else.
    }
  }
  throw new Error('an envelope does not open');
}

async function close(what, text, point) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(Buffer.from(point, 'base64'));
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: info(what) }, bytes(text));
  return { key: '', box: base64(enc, ct) };
}

/** Puts envelopes around all that the stand-in, already in the page, takes and gives. */
export async function wrap(page, kinds) {
  await page.exposeFunction('newKey', newKey);
  await page.exposeFunction('openEnvelope', (envelope) => open(envelope, kinds));
  await page.exposeFunction('closeEnvelope', close);
  await page.addInitScript(() => {
    const { newKey, openEnvelope, closeEnvelope } = window;
    const isObject = (it) => typeof it === 'object' && it !== null;
    const each = async (it, act) =>
      Object.fromEntries(await Promise.all(Object.entries(it).map(async ([k, v]) => [k, await act(v, k)])));
    const opened = async (it) => {
      if (Array.isArray(it)) return Promise.all(it.map(opened));
      if (!isObject(it)) return it;
      return 'box' in it ? openEnvelope(it) : each(it, opened);
    };
    const secrets = { codes: 'codes', keyGroups: 'key', path: 'qr', code: 'invitation', identity: 'kit key' };
    const closed = (point) => async (it, name) => {
      if (name in secrets && it?.length)
        return closeEnvelope(secrets[name], Array.isArray(it) ? it.join(' ') : it, point);
      return isObject(it) && !Array.isArray(it) ? each(it, closed(point)) : it;
    };
    for (const methods of Object.values(window.go.app)) {
      for (const [name, method] of Object.entries(methods)) {
        methods[name] = async (...args) => {
          const given = args.filter((it) => !isObject(it) || !('point' in it));
          const answer = await method(...(await Promise.all(given.map(opened))));
          const [key] = args.filter((it) => isObject(it) && 'point' in it);
          return key ? closed(key.point)(answer) : answer;
        };
      }
    }
    window.go.app.Auth.Key = newKey;
  });
}
