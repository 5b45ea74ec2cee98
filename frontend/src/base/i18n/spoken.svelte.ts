import type { Catalogue } from './catalogue';

/** What the page speaks. Whatever shows words is drawn anew when it goes over to another language. */
class Spoken {
  catalogue = $state.raw({} as Catalogue);
  rtl = $state.raw(false);
}

export const spoken = new Spoken();
