import { expect, test, vi } from 'vitest';
import { inside } from '../../src/shell/loading.svelte';

let there = false;
vi.mock('../../src/shell/screens', () => {
  if (!there) throw new Error('the file cannot be read');
  return { Window: {}, EnrolmentSession: {} };
});

test('screens that cannot be fetched are told of, and fetched again', async () => {
  await inside.load();
  expect(inside.screens).toBeUndefined();
  expect(inside.wrong?.what).toBe('Something went wrong inside Countersign.');

  there = true;
  vi.resetModules();
  await inside.load();
  expect(inside.wrong).toBeUndefined();
  expect(inside.screens).toHaveProperty('Window');
  expect(inside.load()).toBe(inside.load());
});
