/** The Emergency Kit, and the key of the contracts that it holds. */

/** A key in groups that can be typed, the first of which says what it is. */
export function keyGroups(identity: string): string[] {
  const [, prefix = '', rest = identity] = /^(AGE-SECRET-KEY-1)(.*)$/.exec(identity) ?? [];
  return [prefix, ...(rest.match(/.{1,4}/g) ?? [])].filter(Boolean);
}
