/** How each call crosses: secrets in envelopes, refusals as `Refused`. */
import { Key } from '../../wailsjs/go/app/Auth';
import type { app } from '../../wailsjs/go/models';
import { close, type Content, type Envelope, Mailbox } from './envelopes';
import { refusalIn, Refused } from './refusals';
import type { Factor, Proof } from './views';

/**
 * A view as the generated bindings type it: there, one of a few words is any string. Where the
 * application's views and the page's part ways, this stops fitting.
 */
export type Bound<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends (infer U)[]
        ? Bound<U>[]
        : T extends object
          ? { [K in keyof T]: Bound<T[K]> }
          : T;

export async function call<T>(bound: () => Promise<Bound<T>>): Promise<T> {
  try {
    return (await bound()) as T;
  } catch (reason) {
    throw new Refused(refusalIn(reason) ?? { code: 'internal', message: String(reason) });
  }
}

/** What the bindings take, without their classes, which only copy: what crosses is JSON. */
export const fields = <T>(given: Omit<T, 'convertValues'>): T => given as T;

/** A secret as it crosses: closed with a key that the application has just made. */
export async function closed(what: Content, text: string): Promise<Envelope> {
  return text ? close(what, text, await Key()) : { key: '', box: '' };
}

export const closedFactor = async ({ kind, value }: Factor) =>
  fields<app.Factor>({ kind, value: await closed('factor', value) });

export const closedProof = async ({ password, factor }: Proof) =>
  fields<app.Proof>({
    password: await closed('password', password),
    factor: await closedFactor(factor),
  });

/** Makes a call whose answer holds secrets, and takes them out. */
export async function answered<C, T>(
  bound: (key: app.PublicKey) => Promise<Bound<C>>,
  open: (mailbox: Mailbox, answer: C) => Promise<T>,
): Promise<T> {
  const mailbox = await Mailbox.make();
  const answer = await call<C>(() => bound(fields<app.PublicKey>(mailbox.key)));
  return open(mailbox, answer);
}
