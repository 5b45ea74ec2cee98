/**
 * A message that has been read, written shorter for the page that a build makes: a text is itself,
 * 0 the number of a plural, a list an argument with what depends on it.
 */
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';

type Argument = [type: number, name: string, options?: Record<string, Short>];
/** Anything else stays as it was read. */
export type Short = (string | 0 | Argument | MessageFormatElement)[];

/** What the reader calls what it finds; its own names are not there at run time. */
const text = 0;
const plain = 1;
const number = 2;
const select = 5;
const plural = 6;
const count = 7;

export function shorten(message: MessageFormatElement[]): Short {
  return message.map((part) => {
    if (part.type === text) return part.value;
    if (part.type === count) return 0;
    if (part.type === plain || (part.type === number && !part.style)) return [part.type, part.value];
    if (part.type === select || (part.type === plural && !part.offset && part.pluralType === 'cardinal')) {
      const options = Object.entries(part.options).map(([name, { value }]) => [name, shorten(value)]);
      return [part.type, part.value, Object.fromEntries(options)];
    }
    return part;
  });
}

export function lengthen(message: Short): MessageFormatElement[] {
  return message.map((part) => {
    if (typeof part === 'string') return { type: text, value: part };
    if (part === 0) return { type: count };
    if (!Array.isArray(part)) return part;
    const [type, value, of = {}] = part;
    const options = Object.entries(of).map(([name, it]) => [name, { value: lengthen(it) }]);
    return { type, value, options: Object.fromEntries(options), offset: 0, pluralType: 'cardinal' };
  }) as MessageFormatElement[];
}
