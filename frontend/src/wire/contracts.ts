import * as contracts from '../../wailsjs/go/app/Contracts';
import type { app } from '../../wailsjs/go/models';
import { EventsOn } from '../../wailsjs/runtime/runtime';
import { openKit } from './answers';
import { answered, call, closedProof } from './call';
import type {
  AddProgress,
  CheckProgress,
  ContractsView,
  KitState,
  PreviewView,
  Proof,
  RotationView,
  SavedCopies,
  SaveProgress,
} from './views';

/** The contracts: what the workspace keeps. Those that are removed lie in the bin for a while. */
export const Contracts = {
  list: (session: string) => call<ContractsView>(() => contracts.List(session)),
  /** These ask for what to add; false: the dialog was dismissed. `onAdding` tells how it goes on. */
  addFiles: (session: string) => call<boolean>(() => contracts.AddFiles(session)),
  addFolder: (session: string) => call<boolean>(() => contracts.AddFolder(session)),
  /** Files that were dropped or pasted; `sendPart` hands on what is in them, in their order. */
  addDropped: (session: string, files: app.DroppedFile[]) =>
    call<number>(() => contracts.AddDropped(session, files)),
  /** Bytes in base64, with the number of the drop. False: no more of this file is wanted. */
  sendPart: (session: string, number: number, index: number, data: string, last: boolean) =>
    call<boolean>(() => contracts.SendPart(session, number, index, data, last)),
  stopAdding: (session: string) => call<void>(() => contracts.StopAdding(session)),
  /** Opens one for reading, which the log tells. It holds until the next one, or a lock. */
  preview: (session: string, id: string) => call<PreviewView>(() => contracts.Preview(session, id)),
  closePreview: (session: string, token: string) => call<void>(() => contracts.ClosePreview(session, token)),
  /** Asks for a place. */
  saveCopy: (session: string, of: string[]) => call<SavedCopies>(() => contracts.SaveCopy(session, of)),
  rename: (session: string, id: string, name: string) =>
    call<void>(() => contracts.Rename(session, id, name)),
  tag: (session: string, of: string[], add: string[], remove: string[]) =>
    call<void>(() => contracts.Tag(session, of, add, remove)),
  /** To the bin, and back. */
  remove: (session: string, of: string[]) => call<void>(() => contracts.Remove(session, of)),
  restore: (session: string, of: string[]) => call<void>(() => contracts.Restore(session, of)),
  /** From the bin, for good. */
  purge: (session: string, of: string[]) => call<void>(() => contracts.Purge(session, of)),
  /** Reads every one of them; `onChecking` tells how far it is and what it found. */
  check: (session: string) => call<void>(() => contracts.Check(session)),
  stopCheck: (session: string) => call<void>(() => contracts.StopCheck(session)),
  stopSaving: (session: string) => call<void>(() => contracts.StopSaving(session)),
  /** The Emergency Kit, to be shown once; of owners alone, as is the rotation of the key. */
  makeKit: (session: string, proof: Proof) =>
    answered(async (key) => contracts.MakeKit(session, await closedProof(proof), key), openKit),
  printKit: (session: string) => call<void>(() => contracts.PrintKit(session)),
  kitState: (session: string) => call<KitState>(() => contracts.KitState(session)),
  /** Makes a new key and encrypts all anew with it; `onRotating` tells how far it is. */
  rotate: (session: string, proof: Proof) =>
    call<void>(async () => contracts.Rotate(session, await closedProof(proof))),
  rotationState: (session: string) => call<RotationView>(() => contracts.RotationState(session)),
  stopRotation: (session: string) => call<void>(() => contracts.StopRotation(session)),
  resumeRotation: (session: string) => call<void>(() => contracts.ResumeRotation(session)),
};

/** Tells how far saving copies is. Returns the way to stop listening. */
export const onSaving = (heard: (progress: SaveProgress) => void): (() => void) =>
  EventsOn('saving', (p?: SaveProgress) => p && heard(p));

/** Tells how far the rotation of the key is. Returns the way to stop listening. */
export const onRotating = (heard: (progress: RotationView) => void): (() => void) =>
  EventsOn('rotating', (p?: RotationView) => p && heard(p));

/** Tells that the contracts are not as they were. Returns the way to stop listening. */
export const onContractsChanged = (heard: () => void): (() => void) => EventsOn('contracts-changed', heard);

/** Tells how far adding is, at the end with what was left out. Returns the way to stop listening. */
export const onAdding = (heard: (progress: AddProgress) => void): (() => void) =>
  EventsOn('adding', (p?: AddProgress) => p && heard(p));

/** Tells how many files and folders wait to be added. Returns the way to stop listening. */
export const onAddingWaiting = (heard: (n: number) => void): (() => void) =>
  EventsOn('adding-waiting', (n?: number) => heard(n ?? 0));

/** Tells how far a check is, at the end with what it found. Returns the way to stop listening. */
export const onChecking = (heard: (progress: CheckProgress) => void): (() => void) =>
  EventsOn('checking', (p?: CheckProgress) => p && heard(p));
