import * as exporting from '../../wailsjs/go/app/Exports';
import { EventsOn } from '../../wailsjs/runtime/runtime';
import { call, closed } from './call';
import type { ExportView, Extracted, PickedExport } from './views';

/** Open and verify: one encrypted file at a time, until it is closed. */
export const Exports = {
  /** Asks for a file; the name is empty when the person closed the dialog without one. */
  pick: (session: string) => call<PickedExport>(() => exporting.Pick(session)),
  /** Asks for a file of private keys, which `open` then uses. */
  pickKey: (session: string) => call<{ name: string }>(() => exporting.PickKey(session)),
  /** Reads it to its end; `onExportProgress` tells how far it is, and `close` stops it. */
  open: (session: string, lock: PickedExport['lock'], typed: string) =>
    call<ExportView>(async () =>
      exporting.Open(session, await closed(lock === 'keys' ? 'private key' : 'passphrase', typed)),
    ),
  /** Asks for the name of a new folder, and puts the files there. */
  extract: (session: string) => call<Extracted>(() => exporting.Extract(session)),
  /** Forgets the file and what opens it. */
  close: (session: string) => call<void>(() => exporting.Close(session)),
};

/** Tells how far the reading of an export is, in bytes. Returns the way to stop listening. */
export function onExportProgress(heard: (done: number, total: number) => void): () => void {
  return EventsOn('export-progress', (p?: { done?: number; total?: number }) =>
    heard(p?.done ?? 0, p?.total ?? 0),
  );
}
