/**
 * The table of members and their one-time codes as they cross, column by column, and as rows. A row reads its columns
 * when it is asked: of ten thousand, hardly one in a hundred is ever in sight.
 */
import type { CodeColumns, MemberAct, MemberColumns, MemberView, OpenCodeView, WordColumn } from './views';

/** Seconds of Unix time as RFC 3339; nothing for 0. */
const time = (seconds = 0): string | undefined =>
  seconds ? new Date(seconds * 1000).toISOString() : undefined;

const word = <T extends string>(words: WordColumn, row: number): T => words.of[words.at[row]!] as T;

class Row implements MemberView {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly #of: MemberColumns;
  readonly #row: number;

  constructor(of: MemberColumns, row: number) {
    this.id = of.id[row]!;
    this.name = of.name[row]!;
    this.email = of.email[row]!;
    this.#of = of;
    this.#row = row;
  }
  get role() {
    return word<MemberView['role']>(this.#of.role, this.#row);
  }
  get state() {
    return word<MemberView['state']>(this.#of.state, this.#row);
  }
  get language() {
    return word(this.#of.language, this.#row);
  }
  get twoFactor() {
    return word<MemberView['twoFactor']>(this.#of.twoFactor, this.#row);
  }
  get onSince() {
    return time(this.#of.onSince[this.#row]);
  }
  get codesLeft() {
    return this.#of.codesLeft[this.#row]!;
  }
  get sheet() {
    return this.#of.sheet[this.#row] || undefined;
  }
  get run() {
    return this.#of.run[this.#row] || undefined;
  }
  get issuedAt() {
    return time(this.#of.issuedAt[this.#row]);
  }
  get handedOverAt() {
    return time(this.#of.handedOverAt[this.#row]);
  }
  get acknowledgedAt() {
    return time(this.#of.acknowledgedAt[this.#row]);
  }
  get checkedAt() {
    return time(this.#of.checkedAt[this.#row]);
  }
  get lastSignInAt() {
    return time(this.#of.lastSignInAt[this.#row]);
  }
  get createdAt() {
    return time(this.#of.createdAt[this.#row]) ?? '';
  }
  get invitedUntil() {
    return time(this.#of.invitedUntil[this.#row]);
  }
  get acts() {
    return word(this.#of.acts, this.#row).split(' ').filter(Boolean) as MemberAct[];
  }
  get approves() {
    return this.#of.approves[this.#row]!;
  }
}

export const memberRows = (of: MemberColumns): MemberView[] => of.id.map((_, row) => new Row(of, row));

class CodeRow implements OpenCodeView {
  readonly member: string;
  readonly #of: CodeColumns;
  readonly #row: number;

  constructor(of: CodeColumns, row: number, ids: string[]) {
    this.member = ids[of.member[row]!]!;
    this.#of = of;
    this.#row = row;
  }
  get kind() {
    return word<OpenCodeView['kind']>(this.#of.kind, this.#row);
  }
  get issuedBy() {
    return word(this.#of.issuedBy, this.#row);
  }
  get issuedAt() {
    return time(this.#of.issuedAt[this.#row]) ?? '';
  }
  get expiresAt() {
    return time(this.#of.expiresAt[this.#row]) ?? '';
  }
  get may() {
    return this.#of.may[this.#row]!;
  }
}

/** ids are those of the members, row by row. */
export const codeRows = (of: CodeColumns, ids: string[]): OpenCodeView[] =>
  of.member.map((_, row) => new CodeRow(of, row, ids));
