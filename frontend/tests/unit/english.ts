/** The page speaks English in the tests, unless one says otherwise, and today is no date that one names. */
import { vi } from 'vitest';
import { use } from '../../src/base/i18n';

vi.setSystemTime('2026-11-23T09:00:00Z'); // words for today and yesterday are others

await use('en');
