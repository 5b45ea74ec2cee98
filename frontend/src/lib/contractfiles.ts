/** Files that come to the page itself: pasted, or dropped where the window does not take them. */
import { isoDay } from './dates';
import type { LeftOut } from './contractadding.svelte';
import { t } from './i18n';

/** The most that crosses at once; more goes by its path. */
export const mostBytes = 32 * 1024 * 1024;

/** The bytes of a file in base64. */
export function base64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,?/, ''));
    reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(file);
  });
}

/** True while something is dragged that is a file, rather than text or a link. */
export const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** What was dropped; folders are left out, since a page cannot ask for their path. */
export function dropped(transfer: DataTransfer): { files: File[]; leftOut: LeftOut[] } {
  const files: File[] = [];
  const leftOut: LeftOut[] = [];
  for (const item of transfer.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    if (entry?.isDirectory) leftOut.push({ name: entry.name, reason: 'folder' });
    else if (file) files.push(file);
  }
  return { files, leftOut };
}

const stamp = (now: Date) =>
  `${isoDay(now)} ${String(now.getHours()).padStart(2, '0')}.${String(now.getMinutes()).padStart(2, '0')}`;

/** What is on the clipboard, as files: the files of a file manager, a picture, or text. */
export function pasted(transfer: DataTransfer, now = new Date()): File[] {
  const files = [...transfer.files];
  if (files.length > 0) {
    return files.map((file) => {
      // A picture that was copied has no name of its own.
      if (file.name && !/^image\.\w+$/.test(file.name)) return file;
      const end = file.name.split('.')[1] ?? file.type.split('/')[1] ?? '';
      return new File([file], `${t('contracts.pasted_image', { when: stamp(now) })}.${end}`, {
        type: file.type,
      });
    });
  }
  const text = transfer.getData('text/plain');
  if (!text.trim()) return [];
  return [
    new File([text], `${t('contracts.pasted_text', { when: stamp(now) })}.txt`, { type: 'text/plain' }),
  ];
}
