/**
 * Writes the bill of materials of a program, in CycloneDX: the modules that are linked, as cyclonedx-gomod has read them from the program, and
 * what the page in it was built from. Both have their licenses from licenses.json, which tests keep equal to what is used.
 *
 *   node build/package/sbom.mjs MODULES.json LICENSES.json [package-lock.json]
 */
import { readFileSync } from 'node:fs';

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const [modules, licensesPath, lockPath] = process.argv.slice(2);
const bom = read(modules);
const licenses = new Map(read(licensesPath).map((it) => [it.name, it]));

/** What npm has put in the page. Its sums are those that npm ci checks. */
function ofThePage(lock) {
  return [...licenses.values()].flatMap(({ name, version }) => {
    const locked = lock.packages[`node_modules/${name}`];
    if (!locked) return [];
    if (locked.version !== version) throw new Error(`${name} is ${locked.version}, and licenses.json has ${version}.`);
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
    const [algorithm, sum] = locked.integrity.split('-');
    if (algorithm !== 'sha512') throw new Error(`${name} has a sum by ${algorithm}.`);
    const hashes = [{ alg: 'SHA-512', content: Buffer.from(sum, 'base64').toString('hex') }];
    return [{ 'bom-ref': purl, type: 'library', name, version, scope: 'required', hashes, purl }];
  });
}

const page = lockPath ? ofThePage(read(lockPath)) : [];
if (lockPath && page.length === 0) throw new Error('the page has no packages.');
bom.components.push(...page);
for (const component of bom.components) {
  const license = licenses.get(component.name === 'std' ? 'Go' : component.name)?.license;
  if (!license) throw new Error(`${component.name} has no license: run make licenses.`);
  component.licenses = [{ license: { id: license } }];
}
const program = bom.metadata.component;
bom.dependencies.find((it) => it.ref === program['bom-ref']).dependsOn.push(...page.map((it) => it['bom-ref']));
bom.dependencies.push(...page.map((it) => ({ ref: it['bom-ref'] })));
program.licenses = [{ license: { id: 'Apache-2.0' } }];
// The tool's own sum depends on who has built it.
for (const tool of bom.metadata.tools) delete tool.hashes;
console.log(JSON.stringify(bom, null, 1));
