/** The contracts, and what is told while they are added, checked and saved. */
import type { AppError } from '../refusals';

/** How a contract can be shown. */
export type ContractKind = 'pdf' | 'docx' | 'image' | 'text' | 'other';

export interface ContractView {
  id: string;
  name: string;
  /** In bytes. */
  size: number;
  /** The MIME type. */
  type: string;
  kind: ContractKind;
  addedAt: string;
  addedBy: string;
  modifiedAt?: string;
  tags: string[] | null;
  /** With these it lies in the bin, which lets go of it at `goneAt`. */
  removedAt?: string;
  removedBy?: string;
  goneAt?: string;
  /** Its file is not in the data folder any more. */
  missing?: boolean;
}

export interface ContractsView {
  /** `waiting`: nobody has given this person the key yet. */
  state: 'open' | 'waiting';
  contracts: ContractView[] | null;
  /** How many lie in the bin. */
  bin: number;
  /** This person may delete for good. */
  canPurge: boolean;
  /** Files that the last lock kept from being added; told once. */
  notAdded: number;
  /** The window takes files that are dropped on it, by their paths; the page has only to show where. */
  nativeDrop: boolean;
}

/** What is open for reading. `url` gives its bytes, and with `?from=N&length=M` a part of them. */
export interface PreviewView {
  token: string;
  kind: ContractKind;
  size: number;
  type: string;
  url: string;
  /** Why it is not shown; `url` then gives nothing. */
  unseen?: 'large' | 'unreadable' | 'macros';
}

/** Where copies were saved; a count of 0: the dialog was dismissed. */
export interface SavedCopies {
  count: number;
  name: string;
  folder: string;
}

export interface LeftOut {
  name: string;
  /** A code; `reasonWords` says it. */
  reason: string;
}

export interface AddProgress {
  phase: 'looking' | 'adding' | 'done';
  name: string;
  done: number;
  total: number;
  bytes: number;
  totalBytes: number;
  /** Their IDs, at the end. */
  added: string[] | null;
  leftOut: LeftOut[] | null;
  leftOutCount: number;
  stopped: boolean;
  /** Files and folders that come after these. */
  waiting: number;
  error?: AppError | null;
}

export type Problem = 'missing' | 'changed' | 'unreadable';

export interface CheckProgress {
  done: number;
  total: number;
  bytes: number;
  totalBytes: number;
  /** The one that is being read. */
  name: string;
  finished: boolean;
  stopped: boolean;
  good: number;
  bad: { id: string; name: string; problem: Problem }[] | null;
  /** Names of files that belong to no contract. */
  unknown: string[] | null;
  error?: AppError | null;
}

/** How far saving copies is: the event "saving". */
export interface SaveProgress {
  name: string;
  done: number;
  total: number;
  bytes: number;
  totalBytes: number;
}
