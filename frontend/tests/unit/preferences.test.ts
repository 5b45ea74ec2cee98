import { beforeEach, describe, expect, test, vi } from 'vitest';
import { preferences, sizeKey, stepped } from '../../src/base/preferences.svelte';
import { toasts } from '../../src/base/components/toasts.svelte';
import { Preferences, type PreferencesView } from '../../src/wire/api';

const sizes = [80, 90, 100, 110, 125];

describe('the keys for the text size', () => {
  const key = (given: Partial<KeyboardEvent>) =>
    sizeKey({ key: '', code: '', ctrlKey: true, metaKey: false, altKey: false, ...given } as KeyboardEvent);

  test('are +, − and 0 with Ctrl or Cmd, wherever a keyboard has them', () => {
    expect(key({ key: '+' })).toBe('larger');
    expect(key({ key: '=' })).toBe('larger');
    expect(key({ key: '-' })).toBe('smaller');
    expect(key({ key: '0' })).toBe('usual');
    expect(key({ key: 'à', code: 'Digit0' })).toBe('usual'); // French
    expect(key({ key: '=', code: 'Digit0' })).toBe('larger'); // German, with Shift
    expect(key({ key: '0', ctrlKey: false, metaKey: true })).toBe('usual');
  });

  test('are not taken from what is typed', () => {
    expect(key({ key: '0', ctrlKey: false })).toBeUndefined();
    expect(key({ key: '+', altKey: true })).toBeUndefined(); // AltGr
    expect(key({ key: 'l' })).toBeUndefined();
  });
});

test('a step leads to the next size there is, and stops at the ends', () => {
  expect(stepped(sizes, 100, 'larger')).toBe(110);
  expect(stepped(sizes, 100, 'smaller')).toBe(90);
  expect(stepped(sizes, 125, 'larger')).toBe(125);
  expect(stepped(sizes, 80, 'smaller')).toBe(80);
  expect(stepped(sizes, 125, 'usual')).toBe(100);
});

describe('the preferences', () => {
  const usual: PreferencesView = {
    language: 'system',
    languages: ['en'],
    system: 'en',
    theme: 'system',
    motion: 'system',
    textSize: 100,
    textSizes: sizes,
    notify: true,
    notifies: true,
  };
  const kept: PreferencesView[] = [];

  beforeEach(async () => {
    kept.length = 0;
    vi.stubGlobal('document', { documentElement: { dataset: {} } });
    vi.spyOn(Preferences, 'get').mockResolvedValue(usual);
    vi.spyOn(Preferences, 'set').mockImplementation((chosen) => {
      kept.push(chosen);
      return new Promise((done) => setTimeout(done));
    });
    await preferences.load();
  });

  test('hold on the page at once, and are kept one after the other', async () => {
    const first = preferences.choose({ theme: 'dark' });
    const second = preferences.choose({ motion: 'reduce' });
    expect(document.documentElement.dataset).toMatchObject({ theme: 'dark', motion: 'reduce' });
    await first;
    expect(kept).toHaveLength(1);
    await second;
    expect(kept).toEqual([
      { ...usual, theme: 'dark' },
      { ...usual, theme: 'dark', motion: 'reduce' },
    ]);
  });

  test('one that could not be kept is refused, holds, and does not stop the next', async () => {
    vi.spyOn(Preferences, 'set').mockRejectedValueOnce(new Error('full'));
    await expect(preferences.choose({ theme: 'light' })).rejects.toThrow('full');
    expect(preferences.now?.theme).toBe('light');
    await preferences.choose({ motion: 'reduce' });
  });

  test('each key counts, also before the one before was answered', async () => {
    preferences.resize('larger');
    preferences.resize('larger');
    expect(toasts.text).toBe('Text size 125%');
    await preferences.choose({});
    expect(kept.map(({ textSize }) => textSize)).toEqual([110, 125, 125]);
  });

  test('where the system has its own keys, ours do nothing', async () => {
    vi.spyOn(Preferences, 'get').mockResolvedValue({ ...usual, textSizes: [] });
    await preferences.load();
    expect(preferences.resize('larger')).toBe(false);
    await preferences.choose({});
    expect(kept.map(({ textSize }) => textSize)).toEqual([100]);
  });
});
