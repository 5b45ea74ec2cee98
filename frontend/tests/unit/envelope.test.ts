import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { close, contents, Mailbox } from '../../src/wire/envelopes';
import { root } from './source';

describe('an envelope', () => {
  test('opens for whom it was closed, as what it holds', async () => {
    const mailbox = await Mailbox.make();
    const text = 'tundra velvet orchard 91 — øπ🙂';
    const envelope = await close('password', text, mailbox.key);
    expect(await mailbox.open('password', envelope)).toBe(text);
    await expect(mailbox.open('code', envelope)).rejects.toThrow();
    const other = await Mailbox.make();
    await expect(other.open('password', envelope)).rejects.toThrow();
  });

  test('is another one each time', async () => {
    const { key } = await Mailbox.make();
    const [one, two] = [await close('code', '123456', key), await close('code', '123456', key)];
    expect(one.box).not.toBe(two.box);
    expect(atob(one.box)).not.toContain('123456');
  });

  test('names its key, and does not open when it was changed on the way', async () => {
    const mailbox = await Mailbox.make();
    const { key, box } = await close('factor', '123456', { ...mailbox.key, id: 'seven' });
    expect(key).toBe('seven');
    for (const at of [0, 70, atob(box).length - 1]) {
      const bytes = Uint8Array.from(atob(box), (letter) => letter.charCodeAt(0));
      bytes[at]! ^= 1;
      const changed = btoa(String.fromCharCode(...bytes));
      await expect(mailbox.open('factor', { key, box: changed })).rejects.toThrow();
    }
  });

  test('holds what the application knows by the same name', () => {
    const go = readFileSync(`${root}/../app/envelope.go`, 'utf8');
    const names = [...go.matchAll(/\bholds\w+\s*=\s*"([\w ]+)"/g)].map(([, name]) => name);
    expect(names).toEqual([...contents]);
    expect(go).toContain('[]byte("countersign/" + what)');
  });
});
