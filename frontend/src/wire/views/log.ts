/** The audit log. */

export interface LogQuery {
  before: number;
  group: string;
  days: number;
  text: string;
  /** Who did it or whom it was done to: an ID; empty: anybody. */
  person: string;
  steps: boolean;
}

export interface LogEntry {
  seq: number;
  at: string;
  kind: string;
  /** Names of today; empty where nobody had signed in, or nobody is meant. */
  actor: string;
  subject: string;
  detail: Record<string, string> | null;
  /** In English, for a kind that has no words here yet. */
  sentence: string;
}

/** How the whole log stands, to compare with another member. */
export interface LogState {
  /** The newest. */
  event: number;
  at: string;
  code: string;
}

export interface LogPage {
  entries: LogEntry[] | null;
  /** `before` of the next page; 0 on the last one. */
  next: number;
  head: number;
}

export interface LogReport {
  events: number;
  /** Places that do not fit; 0: the log is as it was written. */
  breaks: number;
  firstSeq?: number;
  lastGood?: string;
  taken: number;
  at: string;
}
