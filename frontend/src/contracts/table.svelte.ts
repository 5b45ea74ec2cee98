/** What the page of contracts knows: all of them as they are, and how one looks at them. */
import { Contracts, type ContractsView, onContractsChanged, refused } from '../wire/api';
import { words, type Words } from '../base/errors';
import { session } from '../base/session.svelte';
import { kept, nobody, type Selection } from '../base/table/selection';
import type { Sort } from '../base/table/tables';
import { adding } from './adding.svelte';
import { found, shelved, type Shelved, sorted, tagsOf } from './contracts';

export class ContractTable {
  view = $state.raw<ContractsView | undefined>(undefined);
  wrong = $state.raw<Words | undefined>(undefined);
  /** The bin is shown in place of what is there. */
  bin = $state(false);
  text = $state('');
  tag = $state('');
  sort = $state.raw<Sort>({ key: 'added', down: true });
  selected = $state.raw<Selection>(nobody);
  /** The page is gone: what arrives now is for nobody. */
  over = false;
  /** The row that had the focus last. */
  active = $state<string | undefined>(undefined);

  #all = $derived(this.view?.contracts ?? []);
  there = $derived(this.#all.filter((c) => !c.removedAt));
  binned = $derived(this.#all.filter((c) => c.removedAt));
  tags = $derived(tagsOf(this.there));

  #shown = $derived(shelved(this.bin ? this.binned : this.there));
  // Sorting 10,000 takes longer than a key may: searching only leaves some out.
  #sorted = $derived(sorted(this.#shown, this.sort));
  rows = $derived<Shelved[]>(found(this.#sorted, this.text, this.bin ? '' : this.tag));

  /** Those that are selected, in the order of the table, whether the search shows them or not. */
  chosen = $derived(
    this.#sorted.filter(({ contract }) => this.selected.has(contract.id)).map(({ contract }) => contract),
  );

  of(id: string | undefined) {
    return id === undefined ? undefined : this.#all.find((c) => c.id === id);
  }

  show(bin: boolean): void {
    this.bin = bin;
    this.text = '';
    this.tag = '';
    this.selected = nobody;
    this.active = undefined;
    this.sort = { key: bin ? 'removed' : 'added', down: true };
  }

  /** Reads all anew. What is selected stays, but for what is gone. */
  async load(): Promise<void> {
    try {
      const view = await session.use(Contracts.list);
      if (this.over) return;
      this.view = view;
      adding.lost += view.notAdded;
      this.wrong = undefined;
      const shown = this.bin ? this.binned : this.there;
      this.selected = kept(
        this.selected,
        shown.map(({ id }) => id),
      );
      if (this.tag && !this.tags.includes(this.tag)) this.tag = '';
    } catch (thrown) {
      if (!this.over) this.wrong = words(refused(thrown));
    }
  }

  /** Loads again whenever the application says that something has changed, once for a burst of it. */
  follow(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onContractsChanged(() => {
      clearTimeout(timer);
      timer = setTimeout(() => void this.load(), 100);
    });
    return () => {
      this.over = true;
      clearTimeout(timer);
      stop();
    };
  }
}
