/** What the page of the members knows: the table as it is, and how one looks at it. */
import { Members, type MembersView, refused } from '../wire/api';
import { words, type Words } from '../base/errors';
import { t } from '../base/i18n';
import { session } from '../base/session.svelte';
import { kept, nobody, type Selection } from '../base/table/selection';
import type { Sort } from '../base/table/tables';
import { type Filters, found, listed, type Listed, noFilters, sorted } from './members';

/** The table as it was read last: it shows while it is read anew. It is forgotten with the session. */
let last: MembersView | undefined;
session.whenOver(() => (last = undefined));
/** A reading that is under way and was begun before anybody opened the page. */
let ahead: Promise<void> | undefined;

/** What the first screen asks for goes before: milliseconds. A hand is slower. */
const first = 200;

/**
 * Reads the table once the first screen stands: of ten thousand members, nobody waits for it later.
 * Returns the way to leave it.
 */
export function readAhead(): () => void {
  const timer = setTimeout(() => {
    if (last) return;
    const reading = session.use(Members.list);
    ahead = reading.then(
      (view) => void (last = view),
      () => {}, // the page says what is wrong when it is opened
    );
    void ahead.finally(() => (ahead = undefined));
  }, first);
  return () => clearTimeout(timer);
}

/** So long a table rests that others change all the time. */
const rest = 5000;

export class MemberTable {
  view = $state.raw<MembersView | undefined>(last);
  wrong = $state.raw<Words | undefined>(undefined);
  filters = $state.raw<Filters>(noFilters);
  sort = $state.raw<Sort>({ key: 'name', down: false });
  selected = $state.raw<Selection>(nobody);
  /** The row that had the focus last. */
  active = $state<string | undefined>(undefined);
  #again: ReturnType<typeof setTimeout> | undefined;
  #readAt = -rest;
  #readings = 0;

  #listed = $derived(listed(this.view?.members ?? [], this.view?.codes));
  // Sorting 10,000 takes longer than a key may: searching only leaves some out.
  #sorted = $derived(sorted(this.#listed, this.sort));
  rows = $derived<Listed[]>(found(this.#sorted, this.filters));

  /** Those who are selected, in the order of the table, whether the filters show them or not. */
  get chosen() {
    return this.#sorted.filter(({ member }) => this.selected.has(member.id)).map(({ member }) => member);
  }

  /** What new sheets for those who are selected would do, and who of them is out of sight. */
  get consequence(): string {
    const chosen = this.chosen;
    const out = chosen.filter((m) => m.twoFactor === 'on' && m.sheet).length;
    const invited = chosen.filter((m) => m.state === 'invited').length;
    const inSight = new Set(this.rows.map(({ member }) => member.id));
    const hidden = chosen.filter((m) => !inSight.has(m.id)).length;
    return [
      invited === chosen.length
        ? t('members.invited_only')
        : out > 0
          ? t('members.replaces', { n: out })
          : t('members.replaces_none'),
      invited > 0 && invited < chosen.length ? t('members.not_yet', { n: invited }) : '',
      hidden > 0 ? t('members.out_of_sight', { n: hidden }) : '',
    ]
      .filter(Boolean)
      .join(' ');
  }

  /** What the page begins with: a reading that is under way is as good as a new one. */
  async open(): Promise<void> {
    if (ahead) {
      await ahead;
      if (last) return void (this.view = last);
    }
    await this.load();
  }

  /** Others have changed something of it: it is read anew, at once or after it has rested. */
  changed(): void {
    this.#again ??= setTimeout(
      () => {
        this.#again = undefined;
        void this.load(Members.follow);
      },
      Math.max(0, this.#readAt + rest - performance.now()),
    );
  }

  /** Nobody looks at it any more. */
  leave(): void {
    clearTimeout(this.#again);
    this.#readings++;
  }

  /** Reads the table anew. What is selected stays, but for members who are gone. */
  async load(read = Members.list): Promise<void> {
    const reading = ++this.#readings;
    this.#readAt = performance.now();
    try {
      const view = await session.use(read);
      if (reading !== this.#readings) return; // it was read again since
      const place = this.rows.findIndex(({ member }) => member.id === this.active);
      this.view = last = view;
      this.wrong = undefined;
      const ids = view.members.map((m) => m.id);
      this.selected = kept(this.selected, ids);
      // Whoever had the focus is gone: the row in their place is the one to look at next.
      if (place >= 0 && !ids.includes(this.active ?? '')) {
        this.active = (this.rows[place] ?? this.rows.at(-1))?.member.id;
      }
    } catch (thrown) {
      if (read === Members.list) this.wrong = words(refused(thrown)); // else nobody has asked for it
    }
  }
}
