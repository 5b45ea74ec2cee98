/** The members, their one-time codes, and lists of people to import. */
import type { MemberAct, Role } from './profile';

/** A row of Settings, Members. */
export interface MemberView {
  id: string;
  name: string;
  email: string;
  role: Role;
  state: 'active' | 'invited' | 'suspended';
  /** Of what is printed for them; without one, none is known. */
  language?: string;
  twoFactor: 'on' | 'off' | 'overdue';
  /** When it was turned on. */
  onSince?: string;
  codesLeft: number;
  /** The sheet in force, and the print run that issued it. */
  sheet?: number;
  run?: number;
  issuedAt?: string;
  handedOverAt?: string;
  acknowledgedAt?: string;
  checkedAt?: string;
  lastSignInAt?: string;
  createdAt: string;
  /** An open invitation or password reset ends then. */
  invitedUntil?: string;
  /** In the table: what may be done to them. */
  acts?: MemberAct[];
  /** In the table: they could approve what is asked for now, unless it is about them. */
  approves?: boolean;
}

/** A column of few different words: `at` has, for each row, the place of its word in `of`. */
export interface WordColumn {
  of: string[];
  at: number[];
}

/** The table of members as it crosses, column by column. Times are seconds of Unix time, 0 for none. */
export interface MemberColumns {
  id: string[];
  name: string[];
  email: string[];
  role: WordColumn;
  state: WordColumn;
  language: WordColumn;
  twoFactor: WordColumn;
  onSince: number[];
  codesLeft: number[];
  sheet: number[];
  run: number[];
  issuedAt: number[];
  handedOverAt: number[];
  acknowledgedAt: number[];
  checkedAt: number[];
  lastSignInAt: number[];
  createdAt: number[];
  invitedUntil: number[];
  /** Of MemberAct, a space between two. */
  acts: WordColumn;
  approves: boolean[];
}

export type OneTimeKind = 'invitation' | 'password-reset' | 'help';

/** A one-time code that was given out, and can be used until it expires. */
export interface OpenCodeView {
  /** The ID of whom it is for. */
  member: string;
  kind: OneTimeKind;
  issuedBy: string;
  issuedAt: string;
  expiresAt: string;
  /** One may end it. */
  may: boolean;
}

/** The one-time codes as they cross, column by column. Times are seconds of Unix time. */
export interface CodeColumns {
  /** The row of MemberColumns. */
  member: number[];
  kind: WordColumn;
  issuedBy: WordColumn;
  issuedAt: number[];
  expiresAt: number[];
  may: boolean[];
}

export interface MembersView {
  members: MemberView[];
  codes: OpenCodeView[];
  /** Resets, help codes and print runs need a second admin. */
  twoPeople: boolean;
}

export interface NewMember {
  name: string;
  email: string;
  role: Role;
  /** A tag; empty: none is known. */
  language: string;
}

/** A one-time code while it is shown. */
export interface OneTimeView {
  kind: OneTimeKind;
  name: string;
  email: string;
  workspace: string;
  code: string;
  issuedBy: string;
  issuedAt: string;
  expiresAt: string;
  /** Whom to ask for help. */
  support?: string;
  /** Where the workspace is, if at a server, and the key of that. */
  server?: string;
  serverKey?: string;
  /** In which it is printed; without one, the page's. */
  language?: string;
}

/** A person of whose name or email this computer has no font for a character. */
export interface Unprintable {
  name: string;
  email: string;
  /** As U+1F600, a space between them. */
  characters: string;
  /** Theirs, which it has no font for; else empty. */
  language: string;
}

/** Reminders on their way to a printer. No secret is in them. */
export interface RemindersView {
  workspace: string;
  at: string;
  by: string;
  /** From when 2FA is required; without it, it isn’t. */
  requireFrom?: string;
  inForce: boolean;
  support?: string;
  /** `language`: in which it is printed; without one, the page’s. */
  people: { name: string; email: string; language?: string }[];
  unprintable: Unprintable[];
}

/** The preview of an import. Without a name the dialog was dismissed. */
export interface ImportView {
  name: string;
  /** True where the first row named the columns. */
  header: boolean;
  rows: ImportRow[] | null;
  good: number;
  bad: number;
}

/** A person of the list, by the line of the file. */
export interface ImportRow {
  line: number;
  name: string;
  email: string;
  role: string;
  /** A tag, or empty. */
  language: string;
  /** Why they cannot be added, as an error has it. */
  problem?: { code: string; field: string; args: Record<string, string | number> } | null;
}

/** The computers of a member of a workspace at a server. */
export interface MemberComputersView {
  computers: MemberComputerView[];
  /** The last one was removed: the member comes in only with a password reset. */
  needsReset: boolean;
}

export interface MemberComputerView {
  id: string;
  name: string;
  addedAt: string;
  lastUsedAt?: string;
}
