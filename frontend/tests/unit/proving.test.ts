import { expect, test, vi } from 'vitest';
import { Refused } from '../../src/wire/api';
import type { Act } from '../../src/base/proof/acts';
import { Proving } from '../../src/base/proof/proving.svelte';

vi.mock('../../src/base/session.svelte', () => ({ session: {} }));

const proof = { password: 'umbrella copper violin', factor: { kind: 'none' as const, value: '' } };
const due = { password: true, factor: false, authenticatorOff: false };

function act(begin: Act['begin'], needs: Act['needs'] = async () => due): Act {
  return { title: 'email.title', text: 'stepUp.email', needs, begin };
}

/** The dialog that asks, once it is there. */
async function asked(proving: Proving): Promise<Act> {
  await vi.waitFor(() => expect(proving.asked).toBeDefined());
  return proving.asked!.act;
}

test('a form that waits is told when the act is done', async () => {
  const proving = new Proving();
  const begin = vi.fn(async () => {});
  const waiting = proving.wait(act(begin), 'email');
  await (await asked(proving)).begin(proof);
  proving.close(); // as the dialog does after an act
  expect(await waiting).toBe(true);
  expect(begin).toHaveBeenCalledWith(proof);
});

test('a form that waits is told when the dialog was closed', async () => {
  const proving = new Proving();
  const begin = vi.fn(async () => {});
  const waiting = proving.wait(act(begin), 'email');
  await asked(proving);
  proving.close();
  expect(await waiting).toBe(false);
  expect(begin).not.toHaveBeenCalled();
});

test('a form that waits gets the refusal of its own field, and the dialog the others', async () => {
  const proving = new Proving();
  const begin = vi
    .fn<Act['begin']>()
    .mockRejectedValueOnce(new Refused({ code: 'password_wrong', message: '', field: 'password' }))
    .mockRejectedValueOnce(new Refused({ code: 'email_taken', message: '', field: 'email' }));
  const waiting = proving.wait(act(begin), 'email');
  const it = await asked(proving);
  await expect(it.begin(proof)).rejects.toMatchObject({ code: 'password_wrong' });
  await it.begin(proof);
  proving.close();
  await expect(waiting).rejects.toMatchObject({ code: 'email_taken' });
});

test('where nothing is due, the act begins without a dialog', async () => {
  const proving = new Proving();
  const needs = async () => ({ password: false, factor: false, authenticatorOff: false });
  expect(
    await proving.wait(
      act(async () => {}, needs),
      'email',
    ),
  ).toBe(true);
  expect(proving.asked).toBeUndefined();
});

test('what could not be asked for is asked for again, and the form goes on waiting', async () => {
  const proving = new Proving();
  const needs = vi
    .fn<Act['needs']>()
    .mockRejectedValueOnce(new Refused({ code: 'keychain_locked', message: '' }))
    .mockResolvedValue(due);
  const waiting = proving.wait(
    act(async () => {}, needs),
    'email',
  );
  await vi.waitFor(() => expect(proving.failed).toBeDefined());
  proving.retry();
  await (await asked(proving)).begin(proof);
  proving.close();
  expect(await waiting).toBe(true);
});
