import { beforeEach, expect, test, vi } from 'vitest';
import { Profile, Refused } from '../../src/wire/api';
import { Proofs } from '../../src/base/proof/proof.svelte';

vi.mock('../../src/base/session.svelte', () => ({
  session: { use: (act: (token: string) => unknown) => act('token') },
}));

const none = { password: false, factor: false, authenticatorOff: false };
const due = { password: true, factor: true, authenticatorOff: false };
const missing = new Refused({ code: 'password_required', message: '', field: 'password' });

let asked: string[];
let answers: (typeof none)[];

beforeEach(() => {
  asked = [];
  vi.spyOn(Profile, 'stepUp').mockImplementation(async (_, acts) => {
    asked.push(acts);
    return answers.shift()!;
  });
});

test('what is due is asked of the acts that a proof is good for, as they are then', async () => {
  answers = [due, none];
  let acts: 'runs' | '' = '';
  const proofs = new Proofs(() => acts);
  await proofs.ask();
  await proofs.ask();
  proofs.needs = undefined;
  acts = 'runs';
  await proofs.ask();
  expect(asked).toEqual(['', 'runs']);
});

test('a proof that has run out since the dialog came is asked for', async () => {
  answers = [none, due];
  const proofs = new Proofs('members');
  await proofs.ask();
  expect(await proofs.ranOut(missing)).toBe(true);
  expect(proofs.needs).toEqual(due);
});

test('a field that is there and empty is refused as usual', async () => {
  answers = [due];
  const proofs = new Proofs('members');
  await proofs.ask();
  expect(await proofs.ranOut(missing)).toBe(false);
  expect(asked).toHaveLength(1);
});

test('another refusal is no proof that has run out', async () => {
  answers = [none];
  const proofs = new Proofs('members');
  await proofs.ask();
  expect(await proofs.ranOut(new Refused({ code: 'last_owner', message: '' }))).toBe(false);
});
