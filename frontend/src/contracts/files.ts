/** Files that come to the page itself: dropped on it, also in folders, or pasted. */
import type { LeftOut } from '../wire/api';
import { isoDay } from '../base/dates';
import { t } from '../base/i18n';

/** A file, and the folder that was dropped with it in it. */
export interface Brought {
  file: File;
  folder: string;
}

export interface Bringing {
  files: Brought[];
  leftOut: LeftOut[];
}

/** How much of a file crosses at once, in bytes. */
export const partSize = 3 * 1024 * 1024;

/** Bytes in base64. It fails where a file cannot be read. */
export function base64(part: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,?/, ''));
    reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(part);
  });
}

/** True while something is dragged that is a file, rather than text or a link. */
export const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

const fileOf = (entry: FileSystemFileEntry) =>
  new Promise<File>((resolve, reject) => entry.file(resolve, reject));

/** What is in a folder; a reader gives it in batches. */
async function inside(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function walk(entry: FileSystemEntry, top: string, into: Bringing): Promise<void> {
  try {
    if (entry.isFile) into.files.push({ file: await fileOf(entry as FileSystemFileEntry), folder: top });
    if (!entry.isDirectory) return;
    for (const it of await inside(entry as FileSystemDirectoryEntry)) await walk(it, top, into);
  } catch {
    into.leftOut.push({ name: entry.fullPath.replace(/^\//, ''), reason: 'unreadable' });
  }
}

/** What was dropped. What a drop holds can only be asked for at once, so that comes first. */
export async function dropped(transfer: DataTransfer): Promise<Bringing> {
  const items = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  const all: Bringing = { files: [], leftOut: [] };
  for (const { entry, file } of items) {
    if (entry?.isDirectory) {
      const before = all.files.length + all.leftOut.length;
      await walk(entry, entry.name, all);
      if (all.files.length + all.leftOut.length === before)
        all.leftOut.push({ name: entry.name, reason: 'empty_folder' });
    } else if (file) {
      all.files.push({ file, folder: '' });
    }
  }
  return all;
}

const stamp = (now: Date) =>
  `${isoDay(now)} ${String(now.getHours()).padStart(2, '0')}.${String(now.getMinutes()).padStart(2, '0')}`;

/** What is on the clipboard, as files: the files of a file manager, a picture, or text. */
export function pasted(transfer: DataTransfer, now = new Date()): Brought[] {
  const files = [...transfer.files];
  if (files.length > 0) {
    return files.map((file) => {
      // A picture that was copied has no name of its own.
      if (file.name && !/^image\.\w+$/.test(file.name)) return { file, folder: '' };
      const end = file.name.split('.')[1] ?? file.type.split('/')[1] ?? '';
      const name = `${t('contracts.pasted_image', { when: stamp(now) })}.${end}`;
      return { file: new File([file], name, { type: file.type }), folder: '' };
    });
  }
  const text = transfer.getData('text/plain');
  if (!text.trim()) return [];
  const name = `${t('contracts.pasted_text', { when: stamp(now) })}.txt`;
  return [{ file: new File([text], name, { type: 'text/plain' }), folder: '' }];
}
