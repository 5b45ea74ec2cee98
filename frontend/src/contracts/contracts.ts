/** The contracts of the workspace: how they are listed, searched, sorted and called. */
import type { LucideIcon } from '@lucide/svelte';
import File from '@lucide/svelte/icons/file';
import FileImage from '@lucide/svelte/icons/file-image';
import FilePenLine from '@lucide/svelte/icons/file-pen-line';
import FileText from '@lucide/svelte/icons/file-text';
import type { ContractView } from '../wire/api';
import { inOrder, t } from '../base/i18n';
import { folded } from '../base/search';
import type { Sort } from '../base/table/tables';

/** A contract with what a search looks through, so that a key costs no more than a look at each. */
export interface Shelved {
  contract: ContractView;
  text: string;
  /** What it is sorted by, by name. */
  name: string;
}

export const shelved = (contracts: ContractView[]): Shelved[] =>
  contracts.map((contract) => {
    const name = folded(contract.name);
    return { contract, name, text: [name, ...(contract.tags ?? []).map(folded)].join('\n') };
  });

/** Those that fit, in the order in which they came. Each word must be somewhere in the name or the tags. */
export function found(all: Shelved[], text: string, tag: string): Shelved[] {
  const sought = folded(text).split(/\s+/).filter(Boolean);
  if (sought.length === 0 && !tag) return all;
  return all.filter(
    (it) =>
      (!tag || (it.contract.tags ?? []).includes(tag)) && sought.every((word) => it.text.includes(word)),
  );
}

/** What a column is ordered by. */
const by: Record<string, (it: Shelved) => string | number> = {
  name: (it) => it.name,
  added: ({ contract }) => Date.parse(contract.addedAt),
  removed: ({ contract }) => Date.parse(contract.removedAt ?? ''),
  left: ({ contract }) => Date.parse(contract.goneAt ?? ''),
  size: ({ contract }) => contract.size,
};

/** In the order of a column, and by name where that leaves it open. */
export function sorted(all: Shelved[], { key, down }: Sort): Shelved[] {
  const value = by[key] ?? by.name!;
  const sign = down ? -1 : 1;
  return all
    .map((row) => ({ row, value: value(row) }))
    .sort((a, b) => {
      if (a.value !== b.value) return a.value < b.value ? -sign : sign;
      return a.row.name < b.row.name ? -1 : a.row.name > b.row.name ? 1 : 0;
    })
    .map(({ row }) => row);
}

/** Every tag that is in use, in order. */
export function tagsOf(contracts: ContractView[]): string[] {
  const all = new Set(contracts.flatMap(({ tags }) => tags ?? []));
  return [...all].sort((a, b) => inOrder(a, b));
}

const editable = /opendocument|officedocument|msword|rtf/;

/** The icon of a contract: what one reads, looks at, or writes on. */
export function iconOf({ kind, type }: Pick<ContractView, 'kind' | 'type'>): LucideIcon {
  if (kind === 'image') return FileImage;
  if (kind === 'pdf') return FileText;
  return kind === 'text' || editable.test(type) ? FilePenLine : File;
}

const extension = /\.([a-z0-9]{1,5})$/i;

/** What kind of file it is: "PDF", "PNG image", "Text", or what its name ends in. */
export function typeOf({ kind, type, name }: Pick<ContractView, 'kind' | 'type' | 'name'>): string {
  if (kind === 'pdf') return t('contracts.type_pdf');
  if (kind === 'text') return t('contracts.type_text');
  if (kind === 'image') {
    const what = (type.split('/')[1] ?? '').replace(/\+.*|^x-/g, '').toUpperCase();
    return t('contracts.type_image', { type: what });
  }
  const end = extension.exec(name)?.[1];
  if (end) return t('contracts.type_other', { type: end.toUpperCase() });
  return editable.test(type) ? t('contracts.type_document') : t('contracts.type_none');
}

/** Whole days until the bin lets go, at least 0. */
export const daysLeft = (goneAt: string, now = new Date()): number =>
  Math.max(0, Math.ceil((Date.parse(goneAt) - now.getTime()) / 86_400_000));
