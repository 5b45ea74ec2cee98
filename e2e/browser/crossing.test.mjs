/** What crosses between the page and the application, as whatever lies between them gets it. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { assertClosed, listen, ofCode } from '../harness/crossing.mjs';
import { fromBase32, spellings } from '../harness/memory.mjs';
import * as person from '../harness/person.mjs';
import { scene } from '../harness/scene.mjs';

const { button, heading } = person;

test('neither a password nor a code nor a key crosses in clear, in either direction', async (t) => {
  const { page } = await scene(t);
  const crossed = await listen(page);
  await person.createWorkspace(page);
  await person.beginEnrolment(page);
  const key = (await page.getByRole('group', { name: 'Key', exact: true }).innerText()).replace(/\s/g, '');
  const image = await page.locator('svg path[d]').evaluateAll((all) => all.map((it) => it.getAttribute('d')));
  const qr = image.sort((a, b) => b.length - a.length)[0];
  const phone = await person.readKey(page);
  const typed = [await phone.next()];
  await person.typeCode(page, typed[0]);
  const codes = await person.readCodes(page);
  await person.keepCodes(page);
  await button(page, 'Edit 2FA').waitFor();
  await person.lock(page);
  await person.signInByRecoveryCode(page, codes[3]);
  await heading(page, 'You used recovery code 4.').waitFor();
  await person.lock(page);
  await person.givePassword(page);
  typed.push(await phone.next());
  await person.typeCode(page, typed[1]);
  await person.toProfile(page);
  await button(page, 'Edit 2FA').waitFor();

  const groups = key.match(/.{1,4}/g);
  const secrets = {
    password: spellings(person.amara.password),
    key: spellings(key, fromBase32(key)),
    'key in groups': spellings(groups.join(' ')),
    'key in parts': spellings(groups.join('","')),
    qr: spellings(qr.slice(0, 60)),
  };
  for (const [i, code] of codes.entries()) Object.assign(secrets, ofCode(`recovery code ${i + 1}`, code));
  // Six digits alone occur in tokens by chance; a code is a text of its own.
  for (const code of typed) secrets[`verification code ${code}`] = spellings(`"${code}"`);
  assert.ok(qr.length > 500);
  // Names are no secret, and cross as they are.
  assertClosed(crossed, secrets, ['Auth.SignIn', 'Enrolment.Confirm', person.amara.email]);
});
