/** The keychain as another program sees it: secret-tool, of libsecret. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './phone.mjs';

/** The names of a workspace's items, sorted. Its id is the part of a name before the first slash. */
export async function itemsOf(folder) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
  const kept = Buffer.concat(await Promise.all(files.map((f) => readFile(join(f.path, f.name)))));
  return (await items()).filter((name) => kept.includes(name.split('/')[0])).sort();
}

/** All names under the service of development builds. secret-tool writes attributes to either output. */
async function items() {
  const search = "secret-tool search --all service 'Countersign development' 2>&1";
  const said = await run('sh', ['-c', search]);
  return [...said.matchAll(/^attribute\.username = (.*)$/gm)].map(([, name]) => name);
}
