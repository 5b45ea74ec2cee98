/**
 * Adding contracts. The application does it by itself once it has been told what to add, and
 * tells how far it is; the page shows that, and at the end what was added and what was left out.
 * Files that come to the page itself, by paste or by a drop, go over one after the other.
 */
import { Contracts, onAdding, Refused, type AppError } from './api';
import { refused, words, type Words } from './errors';
import { base64, mostBytes } from './contractfiles';
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
    case 'too_large':
      return t('contracts.left_too_large', { most: mostBytes / 1024 / 1024 });
    case 'folder':
      return t('contracts.left_folder');
    default:
      return t('contracts.left_failed');
  }
}

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
  readonly #done: (added: string[]) => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Of files that the page itself hands over: what has come of them so far. */
  #handing: { added: string[]; ended?: () => void } | undefined;

  constructor(done: (added: string[]) => Promise<void>) {
    this.#done = done;
  }

  /** Listens for as long as the page is there. */
  follow(): () => void {
    const stop = onAdding((progress) => void this.#heard(progress));
    return () => {
      clearTimeout(this.#timer);
      stop();
    };
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

  /** Hands files over that the page has, rather than their paths. */
  async hand(files: File[], leftOut: LeftOut[] = []): Promise<void> {
    if (this.#handing || this.progress) {
      this.wrong = words(new Refused({ code: 'already_adding', message: '' }));
      return;
    }
    this.dismiss();
    this.#handing = { added: [] };
    for (const it of leftOut) this.#leave(it);
    for (const file of files) {
      if (this.stopping) break;
      if (file.size > mostBytes) this.#leave({ name: file.name, reason: 'too_large' });
      else await this.#handOne(file);
    }
    const { added } = this.#handing;
    this.#handing = undefined;
    this.#end();
    await this.#tell(added);
  }

  async #handOne(file: File): Promise<void> {
    const handing = this.#handing;
    if (!handing) return;
    const ended = new Promise<void>((resolve) => (handing.ended = resolve));
    try {
      const data = await base64(file);
      if (await session.use((token) => Contracts.addPasted(token, file.name, data))) await ended;
    } catch (thrown) {
      const refusal = refused(thrown);
      if (refusal.code === 'internal') this.#leave({ name: file.name, reason: 'unreadable' });
      else this.wrong = words(refusal);
    }
  }

  #leave(it: LeftOut): void {
    this.leftOut = [...this.leftOut, it];
    this.leftOutCount++;
  }

  async #heard(progress: AddProgress): Promise<void> {
    if (progress.phase !== 'done') {
      this.progress = progress;
      this.#timer ??= setTimeout(() => (this.shown = true), soon);
      return;
    }
    this.leftOut = [...this.leftOut, ...(progress.leftOut ?? [])];
    this.leftOutCount += progress.leftOutCount;
    if (progress.error) this.wrong = words(new Refused(progress.error));
    const added = progress.added ?? [];
    if (this.#handing) {
      this.#handing.added.push(...added);
      this.#handing.ended?.();
      return;
    }
    this.#end();
    await this.#tell(added);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.progress = undefined;
    this.shown = false;
    this.stopping = false;
  }

  async #tell(added: string[]): Promise<void> {
    await this.#done(added);
    if (added.length > 0) toasts.show(t('contracts.added_toast', { n: added.length }));
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
