import { expect, test } from 'vitest';
import { shortcuts } from '../../src/help/help';

test('help names the keys for zoom where there are some', () => {
  const named = (...system: Parameters<typeof shortcuts>) => shortcuts(...system).map(({ keys }) => keys);
  expect(named('linux')).toContain('keys.zoom');
  expect(named('windows')).toContain('keys.zoom');
  expect(named('darwin')).not.toContain('keys.zoom');
  expect(named(undefined)).not.toContain('keys.zoom'); // until it is known
});
