import * as importing from '../../wailsjs/go/app/Import';
import { EventsOn } from '../../wailsjs/runtime/runtime';
import { openInvitations } from './answers';
import { answered, call, closedProof } from './call';
import type { ImportView, Proof, Unprintable } from './views';

/** Settings, Members, Import, and what goes to paper or into a file from there. */
export const Import = {
  /** Asks for a file; `check` looks at it again. */
  pick: (session: string) => call<ImportView>(() => importing.Pick(session)),
  check: (session: string) => call<ImportView>(() => importing.Check(session)),
  /** Adds all of them, or those who can be added; `onImportProgress` tells how far it is. */
  run: (session: string, onlyGood: boolean, proof: Proof) =>
    call<{ count: number }>(async () => importing.Run(session, onlyGood, await closedProof(proof))),
  /** New invitations for those of these members who have not used theirs. */
  inviteAgain: (session: string, members: string[], proof: Proof) =>
    call<{ count: number }>(async () => importing.InviteAgain(session, members, await closedProof(proof))),
  cancel: (session: string) => call<void>(() => importing.Cancel(session)),
  /** The name is empty when the person closed the dialog without saving. */
  saveInvitations: (session: string, paper: 'a4' | 'letter') =>
    call<{ name: string }>(() => importing.SaveInvitations(session, paper)),
  /** For drawing them; `Members.print` then opens the print dialog. */
  printInvitations: (session: string) =>
    answered((key) => importing.PrintInvitations(session, key), openInvitations),
  /** Whose invitation would have boxes on it. */
  unprintable: (session: string) => call<Unprintable[] | null>(() => importing.Unprintable(session)),
  /** A list without members, to fill in. */
  saveTemplate: (session: string) => call<{ name: string }>(() => importing.SaveTemplate(session)),
  /** The table of members as CSV, without secrets. */
  saveOverview: (session: string) => call<{ name: string }>(() => importing.SaveOverview(session)),
};

/** Tells how far an import, or the drawing of its invitations, is. Returns the way to stop listening. */
export function onImportProgress(
  of: 'import' | 'invitations',
  heard: (done: number, total: number) => void,
): () => void {
  return EventsOn(`${of}-progress`, (p?: { done?: number; total?: number }) =>
    heard(p?.done ?? 0, p?.total ?? 0),
  );
}
