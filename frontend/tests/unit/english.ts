/** The page speaks English in the tests, unless one says otherwise. */
import { use } from '../../src/base/i18n';

await use('en');
