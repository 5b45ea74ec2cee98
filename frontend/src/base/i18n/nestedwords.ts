/**
 * The messages by the parts of their keys, as a build writes them: 1,300 keys say mostly the same, and the
 * page is a kilobyte smaller without. A key that others begin with is the empty part below itself.
 */
export type Nested<T> = { [part: string]: T | Nested<T> };

export function nest<T>(messages: Record<string, T>): Nested<T> {
  const all: Nested<T> = {};
  for (const [key, message] of Object.entries(messages)) {
    const parts = key.split('.');
    const last = parts.pop()!;
    let at = all;
    for (const part of parts) {
      const there = at[part];
      at = at[part] = isNested(there) ? there : there === undefined ? {} : { '': there };
    }
    const there = at[last];
    if (isNested(there)) there[''] = message;
    else at[last] = message;
  }
  return all;
}

export function flatten<T>(nested: Nested<T>, before = '', all: Record<string, T> = {}): Record<string, T> {
  for (const [part, it] of Object.entries(nested)) {
    const key = before && part ? `${before}.${part}` : before || part;
    if (isNested(it)) flatten(it, key, all);
    else all[key] = it;
  }
  return all;
}

/** A message is a text or a list. */
function isNested<T>(it: T | Nested<T> | undefined): it is Nested<T> {
  return typeof it === 'object' && !Array.isArray(it);
}
