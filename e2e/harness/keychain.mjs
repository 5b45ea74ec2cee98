/** The keychain as another program sees it: secret-tool, of libsecret. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './app.mjs';
import { run } from './phone.mjs';

/** The names of a workspace's items, sorted. Its id is the part of a name before the first slash. */
export async function itemsOf(folder) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
  const kept = Buffer.concat(await Promise.all(files.map((f) => readFile(join(f.path, f.name)))));
  return (await items()).filter((name) => kept.includes(name.split('/')[0])).sort();
}

/**
 * All names under the service of development builds. secret-tool writes attributes to either output,
 * and gives up where another test deletes an item while it lists them: then it is asked again.
 */
async function items() {
  const search = "secret-tool search --all service 'Countersign development' 2>&1";
  const said = await until('the keyring has listed its items', undefined, () =>
    run('sh', ['-c', search]).catch(() => ''),
  );
  return [...said.matchAll(/^attribute\.username = (.*)$/gm)].map(([, name]) => name);
}
