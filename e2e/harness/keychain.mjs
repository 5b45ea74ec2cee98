/** The keychain as another program sees it: secret-tool, of libsecret. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './app.mjs';
import { run } from './phone.mjs';

const development = 'Countersign development';

/**
 * The names of a workspace's items, sorted. Its id is the part of a name before the first slash.
 * The service is that of development builds, or the product's own: Countersign.
 */
export async function itemsOf(folder, service = development) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
  const kept = Buffer.concat(await Promise.all(files.map((f) => readFile(join(f.path, f.name)))));
  return (await items(service)).filter((name) => kept.includes(name.split('/')[0])).sort();
}

/** Deletes items, as somebody does who begins with a new keychain. */
export async function forgetItems(names, service = development) {
  for (const name of names) await run('secret-tool', ['clear', 'service', service, 'username', name]);
}

/**
 * All names under a service. secret-tool writes attributes to either output,
 * and gives up where another test deletes an item while it lists them: then it is asked again.
 */
async function items(service) {
  const search = `secret-tool search --all service '${service}' 2>&1`;
  const said = await until('the keyring has listed its items', undefined, () =>
    run('sh', ['-c', search]).catch(() => ''),
  );
  return [...said.matchAll(/^attribute\.username = (.*)$/gm)].map(([, name]) => name);
}
