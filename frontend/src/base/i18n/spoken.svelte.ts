import type { Catalogue, Key } from './catalogue';

/** A language as words are put into it. */
export interface Speech {
  t: (key: Key, values?: Record<string, string | number | undefined>) => string;
  locale: string;
  rtl: boolean;
}

/** What the page speaks. Whatever shows words is drawn anew when it goes over to another language. */
class Spoken {
  catalogue = $state.raw({} as Catalogue);
  rtl = $state.raw(false);
  /** Other languages that something is printed in, by name. */
  others = $state.raw<Record<string, Speech>>({});
}

export const spoken = new Spoken();
