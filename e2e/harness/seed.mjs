/** A workspace with many members, made by ../seed through the application's own use cases. */
import { join } from 'node:path';
import { root } from './app.mjs';
import { amara } from './person.mjs';
import { run } from './phone.mjs';

/**
 * Fills a folder: the owner, and `members` (or the `people` named) who are invited, of whom the first `enrolled` have
 * signed in and 2FA on. Each member costs a hash, and 10,000 some minutes. Returns what each has in hand: the owner
 * where `owner.twoFactor` says that 2FA is on, then the members, as [{ name, email, invitation, key, step, codes }].
 * `service` is the keychain's: that of development builds, or the application's own.
 */
export async function seed(
  folder,
  { owner = amara, members = 0, people = [], enrolled = 0, service = '' } = {},
) {
  const order = JSON.stringify({ folder, owner, members, people, enrolled, service });
  return JSON.parse(await run(join(root, 'build/bin/seed'), [], order));
}
