/** What crosses between the page and the application, as whatever lies between them gets it. */

import { expectClosed, ofCode } from '../harness/crossing.mjs';
import { fromBase32, spellings } from '../harness/memory.mjs';
import * as person from '../harness/person.mjs';
import { expect, expectAccessible, test } from './fixtures.mjs';

const { button, heading } = person;

test.use({ heard: true });

test('neither a password nor a code nor a key crosses in clear, in either direction', async ({ page }) => {
  await person.createWorkspace(page);
  await person.beginEnrolment(page);
  const key = (await page.getByRole('group', { name: 'Key', exact: true }).innerText()).replace(/\s/g, '');
  const picture = page.getByRole('img', { name: /^QR code for/ });
  const paths = await picture.evaluate((it) =>
    [...it.querySelectorAll('path')].map((path) => path.getAttribute('d')),
  );
  const [qr] = paths.sort((a, b) => b.length - a.length);
  const phone = await person.readKey(page);
  const typed = [await phone.next()];
  await person.typeCode(page, typed[0]);
  const codes = await person.readCodes(page);
  await person.keepCodes(page);
  await expect(button(page, 'Edit 2FA')).toBeVisible();
  await person.lock(page);
  await person.signInByRecoveryCode(page, codes[3]);
  await expect(heading(page, 'You used recovery code 4.')).toBeVisible();
  await person.lock(page);
  await person.givePassword(page);
  typed.push(await phone.next());
  await person.typeCode(page, typed[1]);
  await person.toProfile(page);
  await expect(button(page, 'Edit 2FA')).toBeVisible();

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
  expect(qr.length).toBeGreaterThan(500);
  // Names are no secret, and cross as they are.
  expectClosed(page.crossed, secrets, ['Auth.SignIn', 'Enrolment.Confirm', person.amara.email]);
});
