/**
 * Word documents, drawn by docx-preview. It is loaded when the first one is opened.
 *
 * The application hands over a package that has been bounded and has nothing to run, to follow or
 * to fetch (backend/docx). What is made of it here is held to a list all the same: the library asks
 * `element` for each node, and gets one of the few that text, tables and pictures need; of its
 * styles only what lays out and colours is left. It lives in a shadow tree, so that no style of the
 * document reaches the page, and none of the page the document.
 */
import { type HElement, parseAsync, renderDocument } from 'docx-preview';
import type { PreviewView } from '../wire/api';
import { t } from '../base/i18n';

/** Why a document is not shown; `old`: the web view cannot number its paragraphs. */
export type DocxFailure = 'broken' | 'large' | 'old' | 'gone';

export class DocxError extends Error {
  readonly failure: DocxFailure;
  constructor(failure: DocxFailure) {
    super(failure);
    this.failure = failure;
  }
}

/**
 * How much may be made of a document: a header is made once for each page, so that few bytes can
 * ask for much. A contract of a hundred pages takes 40,000 nodes.
 */
const most = { nodes: 150_000, pictures: 300, rules: 5000, span: 1000 };

const tags = new Set(
  'p span div table colgroup col tr td sup sub ol ul li br wbr ins del img section article header footer'.split(
    ' ',
  ),
);

/** What a style may say: how text, tables and pictures look, and nothing of where they lie. */
const looks =
  /^(--docx-[\w-]+|color|background-color|font(-(family|size|weight|style|variant[\w-]*))?|text-(align|decoration|indent|transform|underline-position)[\w-]*|line-height|letter-spacing|vertical-align|alignment-baseline|baseline-[\w-]+|direction|white-space[\w-]*|text-wrap[\w-]*|overflow-wrap|hyphens|display|width|(min|max)-(width|height)|height|(margin|padding|border)[\w-]*|table-layout|list-style[\w-]*|counter-(reset|increment|set)|column-[\w-]+|box-sizing|flex-(flow|direction|wrap))$/;

/** Words and counts, as the numbers of paragraphs have them. */
const numbers = /^(?:"(?:[^"\\]|\\.)*"|counter\([\w-]+(?:, ?[\w-]+)?\)|\s)+$/;

const allowed = (name: string, value: string): boolean =>
  name === 'content'
    ? numbers.test(value)
    : looks.test(name) && !/\(\s*["']?[\w+.-]+:|url|image/i.test(value);

/** Classes and elements in their order, and what stands before a paragraph. */
const plainSelector = /^(?:[\w\s.,>#-]|[^\0-\x7f]|::before)+$/;

const dashed = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What a document is made of, counted. */
class Maker {
  styles = '';
  readonly pictures: HTMLImageElement[] = [];
  #left = most.nodes;

  /** A node as the library asks for it, or the nearest that is allowed. */
  readonly element = (it: HElement | Node | string): Node => {
    if (it instanceof Node) return it;
    if (--this.#left < 0) throw new DocxError('large');
    if (typeof it === 'string') return document.createTextNode(it);
    const { tagName, children = [], className, style } = it;
    if (tagName === 'style') {
      this.styles += children.join('');
      return document.createComment('');
    }
    if (tagName === '#comment') return document.createComment('');
    const name = tags.has(tagName) ? tagName : 'span';
    const made = tagName === '#fragment' ? document.createDocumentFragment() : this.#own(name, className, it);
    if (made instanceof HTMLElement && style && typeof style === 'object') {
      for (const [key, value] of Object.entries(style)) {
        const property = dashed(key);
        if (value != null && allowed(property, String(value)))
          made.style.setProperty(property, String(value));
      }
    }
    for (const child of children) made.appendChild(this.element(child));
    return made;
  };

  #own(name: string, className: string | undefined, it: HElement): HTMLElement {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (typeof it['lang'] === 'string') made.lang = it['lang'];
    // The library sets these on what it gets, and shapes of older Word are drawings to it.
    Object.defineProperties(made, { href: { set: () => {} }, srcdoc: { set: () => {} } });
    if (it.ns?.endsWith('/svg')) {
      Object.defineProperties(made, {
        getBBox: { value: () => ({ x: 0, y: 0, width: 0, height: 0 }) },
        setAttribute: {
          value: (name: string, value: unknown) => name === 'href' && this.#pictureIn(made, value),
        },
      });
    }
    if (made instanceof HTMLTableCellElement) {
      for (const side of ['colSpan', 'rowSpan']) {
        const span = Number(it[side]);
        if (span > 1) Object.assign(made, { [side]: Math.min(span, most.span) });
      }
    }
    if (made instanceof HTMLImageElement) {
      // A node for each use, of which the bytes are one text.
      if (this.pictures.push(made) > most.pictures) throw new DocxError('large');
      made.draggable = false;
      made.alt = '';
      Object.defineProperty(made, 'src', {
        set: (src: unknown) => {
          if (typeof src === 'string' && src.startsWith('data:image/')) made.setAttribute('src', src);
        },
      });
    }
    return made;
  }

  #pictureIn(shape: HTMLElement, src: unknown): void {
    const made = this.element({ tagName: 'img' }) as HTMLImageElement;
    made.src = String(src);
    shape.append(made);
  }
}

/** The document's own rules, as far as they may say anything. */
function sheetOf(styles: string): CSSStyleSheet {
  const read = new CSSStyleSheet();
  read.replaceSync(styles);
  let kept = '';
  let count = 0;
  for (const rule of read.cssRules) {
    if (!(rule instanceof CSSStyleRule) || !plainSelector.test(rule.selectorText)) continue;
    if (++count > most.rules) throw new DocxError('large');
    const said = [...rule.style]
      .map((name) => [name, rule.style.getPropertyValue(name)] as const)
      .filter(([name, value]) => allowed(name, value))
      .map(([name, value]) => `${name}:${value}`);
    kept += `${rule.selectorText}{${said.join(';')}}\n`;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(kept);
  return sheet;
}

/** How its pages lie: one below the other, on the paper that the preview has. */
const ours = `
:host { display: block; overflow: hidden; contain: content; user-select: text; -webkit-user-select: text; filter: var(--dim-leaf); color: #000; font-family: Carlito, Calibri, 'Liberation Sans', Arial, sans-serif; font-size: 11pt; line-height: normal; }
p::before { white-space: pre; tab-size: 2; }
.docx-wrapper { display: block; padding: 0; background: none; }
section.docx { padding: 72pt; margin: 0 auto; max-width: 100%; overflow: hidden; box-shadow: none; background: none; }
section.docx + section.docx { border-top: 1px dashed #9aa0aa; }
img { max-width: 100%; height: auto; }
ins { text-decoration: underline; color: #1d5c32; }
del { text-decoration: line-through; color: #a1281f; }
::highlight(found) { background-color: #ffe37d; color: #23262b; }
::highlight(found-here) { background-color: #f9a03c; color: #000; text-decoration: underline 2px; }
.left-out { border: 1px dashed #9aa0aa; padding: 0 0.5em; font-size: 0.85em; color: #4a4f58; }
`;

/** Headings as Word names them, in each language that Word speaks: the name stays English. */
const headingName = /^heading ([1-6])$/i;

/** The page of A4, in CSS px, where a document names no size. */
const a4 = 794;

export interface Docx {
  /** Holds the document in its shadow tree. */
  host: HTMLElement;
  /** How wide its widest page is, in CSS px. */
  width: number;
  /** Where its text is. */
  root: ShadowRoot;
}

/** What is needed of the library’s own form of a document. */
interface WordDocument {
  stylesPart?: { styles: { id: string | null; name: string | null }[] };
  loadDocumentImage(id: string, part: { path: string } | null): Promise<string | null>;
}

/** A picture that is used often is one text all the same. */
function once(word: WordDocument): void {
  const load = word.loadDocumentImage.bind(word);
  const known = new Map<string, Promise<string | null>>();
  word.loadDocumentImage = (id, part) => {
    const key = `${part?.path ?? ''} ${id}`;
    if (!known.has(key)) known.set(key, load(id, part));
    return known.get(key)!;
  };
}

const canDraw = () => 'adoptedStyleSheets' in ShadowRoot.prototype && CSS.supports('counter-set', 'a 1');

async function bytesOf({ url }: PreviewView, signal: AbortSignal): Promise<ArrayBuffer> {
  try {
    const answer = await fetch(url, { signal, cache: 'no-store' });
    if (answer.ok) return await answer.arrayBuffer();
  } catch {
    // as below
  }
  throw new DocxError('gone');
}

/** Draws a document, its headings below one of that level; `DocxError` where it is not to be. */
export async function draw(view: PreviewView, below: number, signal: AbortSignal): Promise<Docx> {
  if (!canDraw()) throw new DocxError('old');
  const bytes = await bytesOf(view, signal);
  const maker = new Maker();
  const options = {
    h: maker.element,
    useBase64URL: true,
    ignoreFonts: true,
    ignoreLastRenderedPageBreak: false,
    renderChanges: true, // what is struck out or added and not agreed is seen to be
    renderAltChunks: false,
    renderComments: false,
  };
  try {
    const word = (await parseAsync(bytes, options)) as WordDocument;
    once(word);
    const nodes = await renderDocument(word, options);
    signal.throwIfAborted();
    return shown(nodes, maker, word, below);
  } catch (thrown) {
    throw thrown instanceof DocxError ? thrown : new DocxError('broken');
  }
}

function shown(nodes: Node[], maker: Maker, word: WordDocument, below: number): Docx {
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const own = new CSSStyleSheet();
  own.replaceSync(ours);
  root.adoptedStyleSheets = [sheetOf(maker.styles), own];
  root.append(...nodes);
  for (const picture of maker.pictures) {
    if (!picture.hasAttribute('src')) picture.replaceWith(leftOut());
  }
  head(root, word, below);
  // Its paragraphs say themselves which way they run, where the document does not.
  for (const it of root.querySelectorAll<HTMLElement>('p')) if (!it.style.direction) it.dir = 'auto';
  check(root);
  return { host, root, width: widest(root) };
}

/** Says which paragraphs are headings: none is more than one level below the one before it. */
function head(root: ShadowRoot, word: WordDocument, below: number): void {
  const levels = new Map<string, number>();
  for (const { id, name } of word.stylesPart?.styles ?? []) {
    const level = headingName.exec(name ?? '')?.[1];
    if (id !== null && level) levels.set(className(id), Number(level));
  }
  let last = below;
  for (const it of root.querySelectorAll('p')) {
    const level = [...it.classList].map((name) => levels.get(name)).find((found) => found !== undefined);
    if (level === undefined || !it.textContent.trim()) continue;
    last = Math.min(6, below + level, last + 1);
    it.setAttribute('role', 'heading');
    it.setAttribute('aria-level', String(last));
  }
}

/** As the library makes a class of the name of a style. */
const className = (id: string) => `docx_${id.replace(/[ .]+/g, '-').replace(/&+/g, 'and').toLowerCase()}`;

function leftOut(): HTMLElement {
  const made = document.createElement('span');
  made.className = 'left-out';
  made.textContent = t('contracts.docx_picture');
  return made;
}

/** Nothing but what was made here: a library that makes nodes by itself shows nothing. */
function check(root: ShadowRoot): void {
  for (const it of root.querySelectorAll('*')) {
    const plain =
      tags.has(it.localName) &&
      it
        .getAttributeNames()
        .every((name) =>
          /^(class|style|lang|dir|id|role|aria-level|alt|draggable|colspan|rowspan|src)$/.test(name),
        );
    if (!plain) throw new DocxError('broken');
  }
}

function widest(root: ShadowRoot): number {
  const points = [...root.querySelectorAll<HTMLElement>('section')].map(({ style }) =>
    parseFloat(style.width),
  );
  const width = (Math.max(0, ...points.filter((it) => it > 0 && it < 5000)) * 96) / 72;
  return width || a4;
}
