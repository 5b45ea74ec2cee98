/** Tags of several contracts at once: some have a tag, others do not, until it is given to all. */
import { inOrder, small } from '../base/i18n';
import type { ContractView } from '../wire/api';

export interface Tagged {
  tag: string;
  /** How many of the contracts have it. */
  n: number;
}

export function tagged(contracts: ContractView[]): Tagged[] {
  const counts = new Map<string, number>();
  for (const tag of contracts.flatMap(({ tags }) => tags ?? [])) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].map(([tag, n]) => ({ tag, n })).sort((a, b) => inOrder(a.tag, b.tag));
}

const same = (a: string, b: string) => small(a) === small(b);

/** With a tag on all of them. It is written as it is already, where it is. */
export function withTag(all: Tagged[], tag: string, n: number): Tagged[] {
  const there = all.find((it) => same(it.tag, tag));
  return there ? all.map((it) => (it === there ? { ...it, n } : it)) : [...all, { tag, n }];
}

/** What has to be added and removed to come from one to the other. */
export function changes(before: Tagged[], now: Tagged[], n: number): { added: string[]; removed: string[] } {
  const had = (tag: string) => before.find((it) => it.tag === tag)?.n ?? 0;
  return {
    added: now.filter((it) => it.n === n && had(it.tag) < n).map(({ tag }) => tag),
    removed: before.filter((it) => !now.some(({ tag }) => tag === it.tag)).map(({ tag }) => tag),
  };
}
