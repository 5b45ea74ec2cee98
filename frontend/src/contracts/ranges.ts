/**
 * A search in what stands on the page as text: marks lie over it by the highlights of CSS, so that
 * nothing of it is changed. A web view without them (before WebKitGTK 2.44) selects the one in sight.
 */
import type { Span } from './find';
import type { Place, Searched } from './finding.svelte';

/** The names by which styles know all marks, and the one in sight. */
const names = { all: 'found', here: 'found-here' };

interface Piece {
  text: string;
  /** The nodes of its text, each with where it begins. */
  nodes: { node: Text; from: number }[];
}

const isHidden = (node: Node) => node instanceof HTMLElement && node.style.display === 'none';

/** The paragraphs within, in their order; what stands in none is one with what is beside it. */
export function piecesOf(root: Node): Piece[] {
  const all: Piece[] = [];
  let within: Element | null | undefined;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    isHidden(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text) {
      const block = node.parentElement?.closest('p') ?? null;
      if (block !== within) all.push({ text: '', nodes: [] });
      within = block;
      const piece = all.at(-1)!;
      piece.nodes.push({ node, from: piece.text.length });
      piece.text += node.data;
    } else if (node instanceof HTMLBRElement && all.length > 0) {
      all.at(-1)!.text += '\n';
    }
  }
  return all;
}

function rangeOf({ nodes }: Piece, [from, to]: Span): Range {
  const at = (place: number) => {
    const last = nodes.findLastIndex((it) => it.from <= place);
    const { node, from } = nodes[Math.max(0, last)]!;
    return [node, Math.min(node.length, place - from)] as const;
  };
  const range = document.createRange();
  range.setStart(...at(from));
  const [end, after] = at(to - 1);
  range.setEnd(end, Math.min(end.length, after + 1));
  return range;
}

const canMark = () => 'highlights' in CSS && typeof Highlight === 'function';

/** `root` tells where the text is, once it is there; `into` brings a range into sight. */
export function ranges(
  root: () => Node | undefined,
  into: (range: Range) => void,
): Searched & { end(): void } {
  let pieces: Piece[] | undefined;
  const found = new Map<number, Range[]>();
  const all = () => (pieces ??= root() ? piecesOf(root()!) : []);
  const forget = () => {
    found.clear();
    if (!canMark()) return;
    CSS.highlights.delete(names.all);
    CSS.highlights.delete(names.here);
  };
  return {
    pieces: () => all().length,
    text: (piece) => all()[piece]!.text,
    here: () => 0,
    mark(piece, spans) {
      const fresh = spans.map((span) => rangeOf(all()[piece]!, span));
      found.set(piece, [...(found.get(piece) ?? []), ...fresh]);
      if (!canMark()) return;
      const marks = CSS.highlights.get(names.all) ?? new Highlight();
      for (const range of fresh) marks.add(range);
      CSS.highlights.set(names.all, marks);
    },
    clear: forget,
    show({ piece, nth }: Place) {
      const range = found.get(piece)?.[nth];
      if (!range) return;
      if (canMark()) {
        const here = new Highlight(range);
        here.priority = 1;
        CSS.highlights.set(names.here, here);
      } else {
        const selection = document.getSelection();
        selection?.removeAllRanges();
        selection?.addRange(range);
      }
      into(range);
    },
    end() {
      forget();
      pieces = undefined;
    },
  };
}
