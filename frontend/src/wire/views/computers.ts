import type { OneTimeView } from './members';

/** The computers from which somebody signs in to a workspace at a server. */

export interface ComputerView {
  id: string;
  name: string;
  addedAt: string;
  lastUsedAt?: string;
  /** The person is at this one. */
  here: boolean;
  /** None of theirs has added it. */
  strange: boolean;
}

/** A code for another computer, while it is shown. */
export type ComputerCode = Omit<OneTimeView, 'kind'>;

export interface ComputersView {
  /** In the order in which they were added; none in a workspace on one computer. */
  computers: ComputerView[];
  /** When a code for another one expires that can be used now. */
  codeUntil?: string;
  /** How many there may be. */
  most: number;
}
