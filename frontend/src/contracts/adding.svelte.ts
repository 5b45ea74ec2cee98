/**
 * Adding contracts. The application does it by itself once it has been told what to add, and
 * tells how far it is; the page shows that, and at the end what was added and what was left out,
 * also where somebody has been on another page meanwhile. There is one, `adding`. What is chosen,
 * dropped or pasted while something is added waits for its turn in the application.
 * Files that come to the page itself, by paste or by a drop, go over part by part.
 */
import {
  type AddProgress,
  Contracts,
  type LeftOut,
  onAdding,
  onAddingWaiting,
  Refused,
  refused,
} from '../wire/api';
import { toasts } from '../base/components/toasts.svelte';
import { words, type Words } from '../base/errors';
import { t } from '../base/i18n';
import { session } from '../base/session.svelte';
import { base64, type Bringing, type Brought, partSize } from './files';

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
    case 'stopped':
      return t('contracts.left_stopped');
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
  waiting: 0,
};

/** Progress that is over sooner is not shown, in ms. */
const soon = 500;

/** How many of what was left out are told of by name. */
const mostNamed = 200;

/** What the application is told of a file before its bytes come. */
const about = ({ file, folder }: Brought) => ({
  name: file.name,
  folder,
  size: file.size,
  modified: file.lastModified,
});

export class ContractAdding {
  progress = $state.raw<AddProgress | undefined>(undefined);
  /** It takes long enough to be shown. */
  shown = $state(false);
  stopping = $state(false);
  /** Files and folders that wait for their turn. */
  waiting = $state(0);
  /** What did not come along, until it is dismissed. */
  leftOut = $state.raw<LeftOut[]>([]);
  /** How many, also where the list of them is cut. */
  leftOutCount = $state(0);
  /** How many a lock has kept from being added: their names went with the page. */
  lost = $state(0);
  wrong = $state.raw<Words | undefined>(undefined);
  /** The page of the contracts, while it is there. */
  onadded: ((added: string[]) => Promise<void>) | undefined;
  /** Somebody cancelled, and this is about nothing else. */
  stopped = $derived(this.leftOut.length > 0 && this.leftOut.every(({ reason }) => reason === 'stopped'));
  #follows = false;
  /** The application adds something. */
  #running = false;
  /** Drops whose folders are still being read. */
  #reading = 0;
  /** Counts locks, cancels and ends: what began before one is over with it. */
  #locks = 0;
  #stops = 0;
  #ends = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Listens from now on. What is known ends with the session. */
  follow(): void {
    if (this.#follows) return;
    this.#follows = true;
    onAdding((progress) => this.#heard(progress));
    onAddingWaiting((n) => (this.waiting = n));
    session.whenOver(() => {
      this.#locks++;
      this.#reading = 0;
      this.#running = false;
      this.#end();
      this.dismiss();
    });
  }

  addFiles = () => this.#ask(Contracts.addFiles);
  addFolder = () => this.#ask(Contracts.addFolder);

  async #ask(act: (token: string) => Promise<boolean>): Promise<void> {
    this.wrong = undefined;
    const ends = this.#ends;
    try {
      // What was left out before has been read by now, but not what has just been told.
      if ((await session.use(act)) && ends === this.#ends && !this.#running) this.dismiss();
    } catch (thrown) {
      this.wrong = words(refused(thrown));
    }
  }

  /** Hands over what was brought to the page, part by part, since nobody has its paths. */
  async hand(bringing: Bringing | Promise<Bringing>): Promise<void> {
    const [locks, stops] = [this.#locks, this.#stops];
    const going = () => locks === this.#locks && stops === this.#stops;
    if (!this.progress) {
      this.dismiss();
      this.#show(nothing);
    }
    this.#reading++;
    let number = 0;
    let files: Brought[] = [];
    try {
      const brought = await bringing;
      if (locks !== this.#locks) return; // locked meanwhile
      files = brought.files;
      for (const it of brought.leftOut) this.#leave(it);
      if (!going()) for (const { file } of files) this.#leave({ name: file.name, reason: 'stopped' });
      else if (files.length > 0) {
        number = await session.use((token) => Contracts.addDropped(token, files.map(about)));
        if (number === 0) this.#leave({ name: files[0]!.file.name, reason: 'too_many' });
      }
    } catch (thrown) {
      if (locks === this.#locks) this.wrong = words(refused(thrown));
    } finally {
      if (locks === this.#locks) {
        this.#reading--;
        if (number === 0) this.#settle();
      }
    }
    if (number > 0) await this.#sendAll(number, files, going);
  }

  async #sendAll(number: number, files: Brought[], going: () => boolean): Promise<void> {
    const locks = this.#locks;
    try {
      for (let i = 0; i < files.length && going(); i++) await this.#send(number, i, files[i]!.file);
    } catch (thrown) {
      if (locks === this.#locks) this.wrong = words(refused(thrown));
    }
  }

  /** Sends a file until its end, or until no more of it is wanted. */
  async #send(number: number, index: number, file: File): Promise<void> {
    for (let from = 0; ; from += partSize) {
      const last = from + partSize >= file.size;
      // One that cannot be read any more ends here: it is then left out, since it is too short.
      const data = await base64(file.slice(from, from + partSize)).catch(() => undefined);
      const over = last || data === undefined;
      const wanted = await session.use((token) => Contracts.sendPart(token, number, index, data ?? '', over));
      if (over || !wanted) return;
    }
  }

  #leave(it: LeftOut): void {
    if (this.leftOut.length < mostNamed) this.leftOut = [...this.leftOut, it];
    this.leftOutCount++;
  }

  #show(progress: AddProgress): void {
    this.progress = progress;
    this.#timer ??= setTimeout(() => (this.shown = true), soon);
  }

  #heard(progress: AddProgress): void {
    this.waiting = progress.waiting;
    if (progress.phase !== 'done') {
      this.#running = true;
      this.#show(progress);
      return;
    }
    this.#ends++;
    this.leftOut = [...this.leftOut, ...(progress.leftOut ?? [])].slice(0, mostNamed);
    this.leftOutCount += progress.leftOutCount;
    if (progress.error) this.wrong = words(new Refused(progress.error));
    this.#running = progress.waiting > 0;
    this.#settle();
    void this.#tell(progress.added ?? []);
  }

  /** The bar stays for what comes next, and goes with the last. */
  #settle(): void {
    if (this.#running || this.#reading > 0) this.#show(nothing);
    else this.#end();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.progress = undefined;
    this.shown = false;
    this.stopping = false;
    this.waiting = 0;
  }

  async #tell(added: string[]): Promise<void> {
    await this.onadded?.(added);
    if (session.profile && added.length > 0) toasts.show(t('contracts.added_toast', { n: added.length }));
  }

  stop = async (): Promise<void> => {
    this.stopping = true;
    this.#stops++;
    await session.use(Contracts.stopAdding).catch(() => {});
  };

  /** What was left out has been read. */
  dismiss(): void {
    this.leftOut = [];
    this.leftOutCount = 0;
    this.lost = 0;
    this.wrong = undefined;
  }
}

export const adding = new ContractAdding();
