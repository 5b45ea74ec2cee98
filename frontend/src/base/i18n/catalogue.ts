/** What is said in a language, by key. */
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import type en from '$words/en.json';

export type Key = keyof typeof en;
export type Catalogue = Record<Key, string | MessageFormatElement[]>;
