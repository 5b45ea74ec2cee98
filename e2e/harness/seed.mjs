/** A workspace with many members, made by ../seed through the application's own use cases. */
import { join } from 'node:path';
import { root } from './app.mjs';
import { amara } from './person.mjs';
import { run } from './phone.mjs';

/**
 * Fills a folder: the owner, and `members` who are invited, of whom the first `enrolled` have
 * signed in and 2FA on. Each member costs a hash, and 10,000 some minutes. Returns the phones'
 * keys of those who have 2FA on: [{ name, email, key }].
 */
export async function seed(folder, { owner = amara, members = 0, enrolled = 0 } = {}) {
  const order = JSON.stringify({ folder, owner, members, enrolled });
  return JSON.parse(await run(join(root, 'build/bin/seed'), [], order));
}
