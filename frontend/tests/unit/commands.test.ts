import { describe, expect, test } from 'vitest';
import { type Command, commandsOf, ranked } from '../../src/shell/commands';
import type { Permission, ProfileView } from '../../src/wire/api';

const person = (permissions: Permission[], on = false) =>
  ({ permissions, twoFactor: { on } }) as unknown as ProfileView;
const labels = (all: Command[]) => all.map(({ label }) => label);

const owner = person(['administer', 'backup']);

describe('the quick actions', () => {
  test('offer a member nothing that only admins may do', () => {
    const offered = labels(commandsOf(person([])));
    expect(offered).toContain('Contracts');
    expect(offered).toContain('Change password');
    expect(offered).toContain('Lock');
    for (const not of [
      'Members',
      'Workspace',
      'Audit log',
      'Add member',
      'Import members',
      'Require 2FA',
      'Save backup',
    ]) {
      expect(offered).not.toContain(not);
    }
  });

  test('offer an admin the members, and an owner a backup', () => {
    expect(labels(commandsOf(person(['administer'])))).toEqual(
      expect.arrayContaining(['Members', 'Add member', 'Import members', 'Require 2FA']),
    );
    expect(labels(commandsOf(person(['administer'])))).not.toContain('Save backup');
    expect(labels(commandsOf(owner))).toContain('Save backup');
  });

  test('offer to turn on 2FA, or what can be done with it once it is on', () => {
    expect(labels(commandsOf(owner))).toContain('Enable 2FA');
    const on = labels(commandsOf(person([], true)));
    expect(on).toEqual(expect.arrayContaining(['Edit 2FA', 'Change phone', 'Get new recovery codes']));
    expect(on).not.toContain('Enable 2FA');
  });

  test('offer the themes that are not chosen', () => {
    expect(labels(commandsOf(owner, 'dark')).filter((it) => it.includes('theme'))).toEqual([
      'Use light theme',
      'Use system theme',
    ]);
  });

  test('have each its own name', () => {
    const all = commandsOf(person(['administer', 'backup'], true));
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(labels(all)).size).toBe(all.length);
  });
});

describe('a search', () => {
  const all = commandsOf(owner);
  const found = (search: string, recent: string[] = []) => labels(ranked(all, search, recent));

  test('puts first what begins with it, then what has a word that does', () => {
    expect(found('co')[0]).toBe('Contracts');
    expect(found('co')).toContain('Add contract');
    expect(found('mem').slice(0, 3)).toEqual(['Members', 'Add member', 'Import members']);
    expect(found('add')[0]).toBe('Add contract');
  });

  test('finds words in any order, in any case, with accents or without, and none that is only half there', () => {
    expect(found('MEMBER add')).toEqual(['Add member']);
    expect(found('pàssword')).toEqual(['Change password']);
    expect(found('add lock')).toEqual([]);
    expect(found('  lock ')).toEqual(['Lock']);
    expect(found('assw')).toEqual(['Change password']); // in the middle, where nothing better is
  });

  test('of nothing shows everything, those used last first', () => {
    expect(found('')).toEqual(labels(all));
    expect(found('', ['nav.lock', 'help']).slice(0, 3)).toEqual(['Lock', 'Help', 'Contracts']);
    expect(found('', ['gone'])).toEqual(labels(all));
  });

  test('prefers what was used last among equals only', () => {
    expect(found('add', ['members.add'])[0]).toBe('Add member');
    expect(found('mem', ['members.add'])[0]).toBe('Members');
  });
});
