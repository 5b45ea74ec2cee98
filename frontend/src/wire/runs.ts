import * as printRuns from '../../wailsjs/go/app/PrintRuns';
import type { app } from '../../wailsjs/go/models';
import { EventsOn } from '../../wailsjs/runtime/runtime';
import { openRun } from './answers';
import { answered, call, closed, closedProof, fields } from './call';
import type {
  LedgerView,
  Proof,
  RunOutcome,
  RunPreview,
  RunProgress,
  RunRequest,
  RunView,
  SheetRow,
} from './views';

const closedRun = async (request: RunRequest) =>
  fields<app.RunRequest>({ ...request, passphrase: await closed('passphrase', request.passphrase) });

/** Print runs: issuing sheets for several members, and their ledger. */
export const PrintRuns = {
  /** Newest first, before a number; 0: from the newest. */
  list: (session: string, before: number) => call<RunView[] | null>(() => printRuns.List(session, before)),
  get: (session: string, run: number) => call<LedgerView>(() => printRuns.Get(session, run)),
  /** What is in force and was not acknowledged, oldest first. */
  unacknowledged: (session: string) => call<SheetRow[] | null>(() => printRuns.Unacknowledged(session)),
  /** Gives how many were marked now. */
  handOver: (session: string, run: number, places: number[]) =>
    call<number>(() => printRuns.HandOver(session, run, places)),
  /** For sheets that never reached their members; gives how many were in force. */
  void: (session: string, run: number, places: number[]) =>
    call<number>(() => printRuns.Void(session, run, places)),
  preview: (session: string, of: string[]) => call<RunPreview>(() => printRuns.Preview(session, of)),
  /** Asks for a place; `onRunProgress` tells how far it is. */
  save: (session: string, request: RunRequest, proof: Proof) =>
    call<RunOutcome>(async () => printRuns.Save(session, await closedRun(request), await closedProof(proof))),
  /** The sheets, for the printer. None is in force until `putInForce`. */
  make: (session: string, request: RunRequest, proof: Proof) =>
    answered(
      async (key) => printRuns.Make(session, await closedRun(request), await closedProof(proof), key),
      openRun,
    ),
  print: (session: string) => call<void>(() => printRuns.Print(session)),
  /** With the number of pages that somebody says are on paper. */
  putInForce: (session: string, pages: number) =>
    call<RunOutcome>(() => printRuns.PutInForce(session, pages)),
  cancel: (session: string) => call<RunOutcome>(() => printRuns.Cancel(session)),
};

/** Tells how far a print run is. Returns the way to stop listening. */
export const onRunProgress = (heard: (progress: RunProgress) => void): (() => void) =>
  EventsOn('run-progress', (p?: RunProgress) => p && heard(p));
