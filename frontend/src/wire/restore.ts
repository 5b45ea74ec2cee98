import * as restoring from '../../wailsjs/go/app/Restore';
import type { app } from '../../wailsjs/go/models';
import { EventsOn } from '../../wailsjs/runtime/runtime';
import { call, closed, closedFactor, fields } from './call';
import type { AuthState, PickedExport, RestoreOwner, RestoreView } from './views';

/** Restore a backup: one file at a time, until it is closed or the workspace is there. */
export const Restore = {
  /** Asks for a file; the name is empty when the person closed the dialog without one. */
  pick: () => call<PickedExport>(() => restoring.Pick()),
  /** For an export of the server’s workspace that is used here: with it this computer leaves the server. */
  pickForHere: () => call<PickedExport>(() => restoring.PickForHere()),
  /** Asks for a file of private keys, which `open` then uses. */
  pickKey: () => call<{ name: string }>(() => restoring.PickKey()),
  /** Reads it to its end; `onRestoreProgress` tells how far it is, and `close` stops it. */
  open: (lock: PickedExport['lock'], typed: string) =>
    call<RestoreView>(async () =>
      restoring.Open(await closed(lock === 'keys' ? 'private key' : 'passphrase', typed)),
    ),
  /** Puts it in its place, for an owner of the workspace that is in it. */
  finish: ({ password, factor, ...owner }: RestoreOwner) =>
    call<AuthState>(async () =>
      restoring.Finish(
        fields<app.RestoreOwner>({
          ...owner,
          password: await closed('password', password),
          factor: await closedFactor(factor),
        }),
      ),
    ),
  /** Stops what is under way, and forgets the file. */
  close: () => call<void>(() => restoring.Close()),
};

/** Tells how far the reading of a backup is, in bytes. Returns the way to stop listening. */
export function onRestoreProgress(heard: (done: number, total: number) => void): () => void {
  return EventsOn('restore-progress', (p?: { done?: number; total?: number }) =>
    heard(p?.done ?? 0, p?.total ?? 0),
  );
}
