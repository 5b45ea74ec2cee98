/** What can be done with contracts: at once, or with a dialog that asks for more. */
import { tick } from 'svelte';
import { Contracts, type ContractView, onSaving, refused, type SaveProgress } from '../wire/api';
import { toasts } from '../base/components/toasts.svelte';
import { words, type Words } from '../base/errors';
import { t } from '../base/i18n';
import { session } from '../base/session.svelte';
import { nobody } from '../base/table/selection';
import type { ContractPreview } from './preview.svelte';
import type { ContractTable } from './table.svelte';

export type Asking =
  | { act: 'rename'; contract: ContractView }
  | { act: 'tag'; contracts: ContractView[] }
  | { act: 'purge'; contracts: ContractView[] };

const ids = (contracts: ContractView[]) => contracts.map(({ id }) => id);

export class ContractActs {
  /** The dialog that is open. */
  asking = $state.raw<Asking | undefined>(undefined);
  wrong = $state.raw<Words | undefined>(undefined);
  /** Copies that are being saved, once it takes longer than a moment. */
  saving = $state.raw<SaveProgress | undefined>(undefined);
  readonly #table: ContractTable;
  readonly #preview: ContractPreview;

  constructor(table: ContractTable, preview: ContractPreview) {
    this.#table = table;
    this.#preview = preview;
  }

  async #do(act: () => Promise<void>): Promise<void> {
    this.wrong = undefined;
    try {
      await act();
    } catch (thrown) {
      this.wrong = words(refused(thrown));
    }
  }

  save = (contracts: ContractView[]): Promise<void> =>
    this.#do(async () => {
      const began = performance.now();
      const stop = onSaving((progress) => {
        if (this.saving || performance.now() - began > 500) this.saving = progress;
      });
      const { count, name, folder } = await session
        .use((token) => Contracts.saveCopy(token, ids(contracts)))
        .finally(() => {
          stop();
          this.saving = undefined;
        });
      if (count === 1 && name) toasts.show(t('contracts.saved_one', { name, folder }));
      else if (count > 0) toasts.show(t('contracts.saved', { n: count, folder }));
    });

  stopSaving = async (): Promise<void> => {
    await session.use(Contracts.stopSaving).catch(() => {});
  };

  /** To the bin: it needs no question, since it can be undone. */
  remove = (contracts: ContractView[]): Promise<void> =>
    this.#do(async () => {
      await session.use((token) => Contracts.remove(token, ids(contracts)));
      await this.#without(contracts);
      toasts.show(t('contracts.removed', { n: contracts.length, name: contracts[0]?.name ?? '' }));
    });

  restore = (contracts: ContractView[]): Promise<void> =>
    this.#do(async () => {
      await session.use((token) => Contracts.restore(token, ids(contracts)));
      await this.#without(contracts);
      toasts.show(t('contracts.restored', { n: contracts.length, name: contracts[0]?.name ?? '' }));
    });

  /** These are called by their dialogs, which say what is refused. */
  async purge(contracts: ContractView[]): Promise<void> {
    await session.use((token) => Contracts.purge(token, ids(contracts)));
    this.asking = undefined;
    await this.#without(contracts);
    toasts.show(t('contracts.purged', { n: contracts.length, name: contracts[0]?.name ?? '' }));
  }

  async rename(contract: ContractView, name: string): Promise<void> {
    await session.use((token) => Contracts.rename(token, contract.id, name));
    await this.#table.load();
    this.asking = undefined;
  }

  async tag(contracts: ContractView[], add: string[], remove: string[]): Promise<void> {
    if (add.length + remove.length > 0) {
      await session.use((token) => Contracts.tag(token, ids(contracts), add, remove));
    }
    await this.#table.load();
    this.asking = undefined;
  }

  /** They have left the table: the focus goes to the row that stands in their place. */
  async #without(contracts: ContractView[]): Promise<void> {
    const table = this.#table;
    if (table.over) return;
    const gone = new Set(ids(contracts));
    const rows = table.rows.map(({ contract }) => contract.id);
    const first = rows.findIndex((id) => gone.has(id));
    const next = rows.find((id, i) => i > first && !gone.has(id)) ?? rows.findLast((id) => !gone.has(id));
    if (this.#preview.id !== undefined && gone.has(this.#preview.id)) this.#preview.close();
    table.selected = nobody;
    await table.load();
    if (table.over) return;
    table.active = next;
    await tick();
    const row = document.querySelector<HTMLElement>('main [role=grid] [role=row][tabindex="0"]');
    (row ?? document.querySelector<HTMLElement>('main h1'))?.focus();
  }
}
