import { describe, expect, test } from 'vitest';
import { answers, helpTopics, shortcuts } from '../../src/help/help';

test('help names the keys for zoom where there are some', () => {
  const named = (...system: Parameters<typeof shortcuts>) => shortcuts(...system).map(({ keys }) => keys);
  expect(named('linux')).toContain('keys.zoom');
  expect(named('windows')).toContain('keys.zoom');
  expect(named('darwin')).not.toContain('keys.zoom');
  expect(named(undefined)).not.toContain('keys.zoom'); // until it is known
});

describe('a search in the help', () => {
  const titles = (search: string) =>
    answers(helpTopics, search).flatMap(({ topics }) => topics.map(({ title }) => title));
  const all = helpTopics.flatMap(({ topics }) => topics.map(({ title }) => title));

  test('of nothing leaves all as it is', () => {
    expect(titles('')).toEqual(all);
    expect(titles('  ')).toEqual(all);
  });

  test('looks at questions and answers, for every word, without accents', () => {
    expect(titles('LOST phone')).toContain('help.phone');
    expect(titles('lóst')).toEqual(titles('lost'));
    expect(titles('important papers')).toEqual(['help.both']); // only its answer says so
    expect(titles('papers zebra')).toEqual([]);
  });

  test('leaves out groups in which nothing is found', () => {
    expect(answers(helpTopics, 'important papers')).toHaveLength(1);
  });
});
