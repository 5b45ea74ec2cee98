/**
 * Adding contracts. The application does it by itself once it has been told what to add, and
 * tells how far it is; the page shows that, and at the end what was added and what was left out,
 * also where somebody has been on another page meanwhile. There is one, `adding`.
 * Files that come to the page itself, by paste or by a drop, go over part by part.
 */
import { Contracts, onAdding, Refused, type AppError } from './api';
import { refused, words, type Words } from './errors';
import { base64, partSize, type Bringing } from './contractfiles';
import { t } from './i18n';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

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
  error?: AppError | null;
}

/** Why something was left out. */
export function reasonWords(reason: string): string {
  switch (reason) {
    case 'unreadable':
      return t('contracts.left_unreadable');
    case 'link':
      return t('contracts.left_link');
    case 'special':
      return t('contracts.left_special');
    case 'changed':
      return t('contracts.left_changed');
    case 'name_long':
      return t('contracts.left_name_long');
    case 'already_there':
      return t('contracts.left_already_there');
    case 'too_many':
      return t('contracts.left_too_many');
    case 'empty_folder':
      return t('contracts.left_empty_folder');
    case 'disk_full':
      return t('contracts.left_disk_full');
    default:
      return t('contracts.left_failed');
  }
}

const nothing: AddProgress = {
  phase: 'looking',
  name: '',
  done: 0,
  total: 0,
  bytes: 0,
  totalBytes: 0,
  added: null,
  leftOut: null,
  leftOutCount: 0,
  stopped: false,
};

/** Progress that is over sooner is not shown, in ms. */
const soon = 500;

export class ContractAdding {
  progress = $state.raw<AddProgress | undefined>(undefined);
  /** It takes long enough to be shown. */
  shown = $state(false);
  stopping = $state(false);
  /** What did not come along, until it is dismissed. */
  leftOut = $state.raw<LeftOut[]>([]);
  /** How many, also where the list of them is cut. */
  leftOutCount = $state(0);
  wrong = $state.raw<Words | undefined>(undefined);
  /** The page of the contracts, while it is there. */
  onadded: ((added: string[]) => Promise<void>) | undefined;
  #follows = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Listens from now on. What is known ends with the session. */
  follow(): void {
    if (this.#follows) return;
    this.#follows = true;
    onAdding((progress) => this.#heard(progress));
    session.whenOver(() => {
      this.#end();
      this.dismiss();
    });
  }

  addFiles = () => this.#ask(Contracts.addFiles);
  addFolder = () => this.#ask(Contracts.addFolder);

  async #ask(act: (token: string) => Promise<boolean>): Promise<void> {
    this.wrong = undefined;
    try {
      if (await session.use(act)) this.dismiss();
    } catch (thrown) {
      this.wrong = words(refused(thrown));
    }
  }

  /** Hands over what was brought to the page, part by part, since nobody has its paths. */
  async hand(bringing: Bringing | Promise<Bringing>): Promise<void> {
    if (this.progress) {
      this.wrong = words(new Refused({ code: 'already_adding', message: '' }));
      return;
    }
    this.dismiss();
    this.#heard(nothing);
    try {
      const { files, leftOut } = await bringing;
      if (!this.progress) return; // locked meanwhile
      for (const it of leftOut) this.#leave(it);
      const all = files.map(({ file, folder }) => ({
        name: file.name,
        folder,
        size: file.size,
        modified: file.lastModified,
      }));
      const begun = all.length > 0 && (await session.use((token) => Contracts.addDropped(token, all)));
      if (!begun) {
        if (all.length > 0) this.#leave({ name: all[0]!.name, reason: 'too_many' });
        this.#end();
      } else {
        for (let i = 0; i < files.length && this.progress; i++) await this.#send(i, files[i]!.file);
      }
    } catch (thrown) {
      this.#end();
      this.wrong = words(refused(thrown));
    }
  }

  /** Sends a file until its end, or until no more of it is wanted. */
  async #send(index: number, file: File): Promise<void> {
    for (let from = 0; ; from += partSize) {
      const last = from + partSize >= file.size;
      // One that cannot be read any more ends here: it is then left out, since it is too short.
      const data = await base64(file.slice(from, from + partSize)).catch(() => undefined);
      const over = last || data === undefined;
      const wanted = await session.use((token) => Contracts.sendPart(token, index, data ?? '', over));
      if (over || !wanted) return;
    }
  }

  #leave(it: LeftOut): void {
    this.leftOut = [...this.leftOut, it];
    this.leftOutCount++;
  }

  #heard(progress: AddProgress): void {
    if (progress.phase !== 'done') {
      this.progress = progress;
      this.#timer ??= setTimeout(() => (this.shown = true), soon);
      return;
    }
    this.leftOut = [...this.leftOut, ...(progress.leftOut ?? [])];
    this.leftOutCount += progress.leftOutCount;
    if (progress.error) this.wrong = words(new Refused(progress.error));
    const added = progress.added ?? [];
    this.#end();
    void this.#tell(added);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.progress = undefined;
    this.shown = false;
    this.stopping = false;
  }

  async #tell(added: string[]): Promise<void> {
    await this.onadded?.(added);
    if (session.profile && added.length > 0) toasts.show(t('contracts.added_toast', { n: added.length }));
  }

  stop = async (): Promise<void> => {
    this.stopping = true;
    await session.use(Contracts.stopAdding).catch(() => {});
  };

  /** What was left out has been read. */
  dismiss(): void {
    this.leftOut = [];
    this.leftOutCount = 0;
    this.wrong = undefined;
  }
}

export const adding = new ContractAdding();
