/** The Emergency Kit, and the key of the contracts that it holds. */
import type { AppError } from '../refusals';

export interface KitView {
  workspace: string;
  /** Who made it, and when. */
  by: string;
  at: string;
  /** Which of the keys that there have been: 1 for the first. */
  generation: number;
  /** In age's own form: AGE-SECRET-KEY-1… */
  identity: string;
  qr: { modules: number; path: string };
  /** Where the encrypted documents lie. */
  folder: string;
}

/** Who comes in with the kit. */
export interface KitOwner {
  /** The name of a new workspace, where the one that was there does not open any more. */
  workspace: string;
  name: string;
  email: string;
  password: string;
  kit: string;
}

export interface KitState {
  /** Absent: none was ever made. */
  madeAt?: string;
  madeBy?: string;
  /** It opens what is added today. */
  current: boolean;
}

/** Where a rotation of the key stands; also the event "rotating". */
export interface RotationView {
  /** Not every contract is under the newest key. */
  running: boolean;
  /** Somebody has stopped it for now. */
  held: boolean;
  done: number;
  total: number;
  finished: boolean;
  error?: AppError | null;
}
