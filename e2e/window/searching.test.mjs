/** The search for secrets in memory and files, on which other tests rest. It needs no window. */
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import test from 'node:test';
import { found, searchFor, spellings } from '../harness/memory.mjs';

test('each spelling of each secret is found, wherever it lies, and nothing else', () => {
  const secrets = { key: spellings('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', randomBytes(20)) };
  for (let i = 0; i < 20; i++) {
    secrets[`code ${i}`] = spellings(randomBytes(8).toString('hex').toUpperCase().match(/.{4}/g).join('-'));
  }
  secrets.password = spellings('umbrella copper violin seven');
  secrets.another = spellings('umbrella copper violin eight');
  const search = searchFor(secrets);
  const all = Object.entries(secrets).flatMap(([name, forms]) =>
    Object.entries(forms).map(([form, bytes]) => [`${name} in ${form}`, bytes]),
  );
  for (const [hit, bytes] of all) {
    // What stands in other text, twice, at the end, and alone; one that is cut off is none.
    for (const before of [
      randomBytes(randomInt(1, 300)),
      Buffer.alloc(randomInt(1, 300), bytes.subarray(0, 3)),
      Buffer.alloc(0),
    ]) {
      for (const after of [randomBytes(randomInt(1, 300)), bytes, Buffer.alloc(0)]) {
        const content = Buffer.concat([before, bytes, after]);
        const expected = all
          .map(([name, other]) => ({ hit: name, offset: content.indexOf(other) }))
          .filter(({ offset }) => offset >= 0);
        assert.deepEqual(
          search(content).sort((a, b) => a.hit.localeCompare(b.hit)),
          expected.sort((a, b) => a.hit.localeCompare(b.hit)),
        );
        assert.ok(expected.some((it) => it.hit === hit));
      }
      assert.ok(!found(Buffer.concat([before, bytes.subarray(0, -1)]), secrets).includes(hit));
    }
  }
  assert.deepEqual(search(randomBytes(1 << 20)), []);
});
