/** Which rows of a table are chosen, by their ids. Sets are never changed in place: each step gives another. */

export type Selection = ReadonlySet<string>;

export const nobody: Selection = new Set();

/** With a row, or without it where it was there. */
export function toggled(selection: Selection, id: string): Selection {
  const next = new Set(selection);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** With every row from one place to another, both included, whichever comes first. */
export function extended(selection: Selection, ids: readonly string[], from: number, to: number): Selection {
  const next = new Set(selection);
  for (let i = Math.max(0, Math.min(from, to)); i <= Math.max(from, to) && i < ids.length; i++) {
    next.add(ids[i]!);
  }
  return next;
}

/** What is chosen of the rows that are there: all of them, some, or none. */
export function extent(selection: Selection, ids: readonly string[]): 'all' | 'some' | 'none' {
  if (selection.size === 0 || ids.length === 0) return 'none';
  let n = 0;
  for (const id of ids) if (selection.has(id)) n++;
  if (n === 0) return 'none';
  return n === ids.length ? 'all' : 'some';
}

/** With all rows that are there, or without them where all were chosen. */
export function allToggled(selection: Selection, ids: readonly string[]): Selection {
  const next = new Set(selection);
  const all = extent(selection, ids) === 'all';
  for (const id of ids) {
    if (all) next.delete(id);
    else next.add(id);
  }
  return next;
}

/** Without the rows that are gone. */
export function kept(selection: Selection, ids: Iterable<string>): Selection {
  const there = new Set(ids);
  return new Set([...selection].filter((id) => there.has(id)));
}
