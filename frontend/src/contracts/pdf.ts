/**
 * PDFs, by pdf.js: pages as pictures and as text. It is loaded when the first PDF is opened.
 *
 * A PDF is somebody else's program. What pdf.js would run or follow is left out here: no script,
 * no links, no forms, no XFA, no WebAssembly, and nothing is fetched but parts of the document
 * from the application and the fonts and tables that came with the page. It is read in a worker
 * where the web view lets one run, and that ends with the document.
 */
import {
  AnnotationMode,
  getDocument,
  GlobalWorkerOptions,
  PasswordException,
  PDFDataRangeTransport,
  type PDFDocumentLoadingTask,
  type PDFDocumentProxy,
  type PDFPageProxy,
  PDFWorker,
  VerbosityLevel,
} from 'pdfjs-dist/legacy/build/pdf.mjs';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?worker&url';
import type { PreviewView } from '../wire/api';
import { boxes, type Face, type Mark, said, type Stretch } from './boxes';
import type { Span } from './find';
import { fit, mostPixels } from './pages';

GlobalWorkerOptions.workerSrc = workerUrl;

/** A worker that has seen no document yet, so that the next one need not wait for it. */
let spare: PDFWorker | undefined;

export function warm(): void {
  if (spare) return;
  spare = new PDFWorker({ verbosity: VerbosityLevel.ERRORS });
  // A worker that is ended before it is there fails, and nobody may be waiting for it.
  spare.promise.catch(() => {});
}

export function cool(): void {
  spare?.destroy();
  spare = undefined;
}

function fresh(): PDFWorker {
  warm();
  const worker = spare!;
  spare = undefined;
  return worker;
}

/** Forgets a document, and ends its worker, also one that does not answer any more. */
function end(task: PDFDocumentLoadingTask, worker: PDFWorker): void {
  const late = setTimeout(() => worker.destroy(), 2000);
  void task.destroy().finally(() => {
    clearTimeout(late);
    worker.destroy();
  });
}

/** Up to here a document is taken at once, in bytes; of a larger one only what is looked at. */
const whole = 2 * 1024 * 1024;

/** Where `vite.config.ts` puts what pdf.js asks for by name. */
const folder = (name: string) => new URL(`pdf/${name}/`, document.baseURI).href;

/** Why a PDF is not shown. */
export type PdfFailure = 'broken' | 'password' | 'gone';

export class PdfError extends Error {
  readonly failure: PdfFailure;
  constructor(failure: PdfFailure) {
    super(failure);
    this.failure = failure;
  }
}

/** Takes parts of the document from the application, as pdf.js asks for them. */
class Parts extends PDFDataRangeTransport {
  readonly #url: string;
  readonly #stop = new AbortController();
  readonly #failed: () => void;

  constructor({ url, size }: PreviewView, failed: () => void) {
    super(size, null);
    this.#url = url;
    this.#failed = failed;
  }

  override requestDataRange(begin: number, end: number): void {
    void this.#fetch(begin, end);
  }

  async #fetch(begin: number, end: number): Promise<void> {
    try {
      this.onDataRange(begin, await this.bytes(begin, end));
    } catch {
      if (!this.#stop.signal.aborted) this.#failed();
    }
  }

  async bytes(begin: number, end: number): Promise<Uint8Array> {
    const answer = await fetch(`${this.#url}?from=${begin}&length=${end - begin}`, {
      signal: this.#stop.signal,
      cache: 'no-store',
    });
    if (!answer.ok) throw new Error(answer.statusText);
    return new Uint8Array(await answer.arrayBuffer());
  }

  override abort(): void {
    this.#stop.abort();
  }
}

/** A picture in a page has no more pixels than one that is a contract itself: see backend/picture. */
const mostImage = 50_000_000;

/** What is text, without what marks its structure. */
const stretches = (items: object[]): Stretch[] => items.filter((it): it is Stretch => 'str' in it);

let pen: CanvasRenderingContext2D | null | undefined;

const plainName = /^[\w-]+$/;

/** In the face of the document, which is loaded where its page is drawn, else in one of its kind. */
function measure(text: string, name: string, family: string): number {
  pen ??= document.createElement('canvas').getContext('2d');
  if (!pen) return text.length;
  const faces = [name, family].filter((it) => plainName.test(it));
  pen.font = `16px ${[...faces, 'sans-serif'].join(', ')}`;
  return pen.measureText(text).width;
}

/** Draws a page for a place that is so many CSS px wide, in the pixels of the screen. */
function drawOn(page: PDFPageProxy, width: number) {
  const whole = page.getViewport({ scale: 1 });
  const scale = fit(whole, width * window.devicePixelRatio);
  if (scale === 0) throw new PdfError('broken');
  const viewport = page.getViewport({ scale });
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.floor(viewport.width));
  canvas.height = Math.max(1, Math.floor(viewport.height));
  const drawing = page.render({ canvas, viewport, annotationMode: AnnotationMode.ENABLE });
  return { canvas, drawing };
}

export class Pdf {
  readonly #task: PDFDocumentLoadingTask;
  readonly #worker: PDFWorker;
  readonly #parts: Parts;
  readonly #document: PDFDocumentProxy;
  #drawing: { cancel(): void } | undefined;
  #thumbnails: Promise<unknown> = Promise.resolve();

  private constructor(
    task: PDFDocumentLoadingTask,
    worker: PDFWorker,
    parts: Parts,
    document: PDFDocumentProxy,
  ) {
    this.#task = task;
    this.#worker = worker;
    this.#parts = parts;
    this.#document = document;
  }

  /** Opens a document as far as its table of pages; `gone` is called when its bytes stop coming. */
  static async open(view: PreviewView, gone: () => void): Promise<Pdf> {
    let lost = () => {};
    const loss = new Promise<never>((_, reject) => (lost = () => reject(new PdfError('gone'))));
    loss.catch(() => {});
    const parts = new Parts(view, () => {
      lost();
      gone();
    });
    const worker = fresh();
    const taken = view.size <= whole ? await parts.bytes(0, view.size).catch(() => undefined) : undefined;
    if (view.size <= whole && !taken) {
      worker.destroy();
      throw new PdfError('gone');
    }
    const task = getDocument({
      ...(taken ? { data: taken } : { range: parts }),
      worker,
      rangeChunkSize: 128 * 1024,
      disableAutoFetch: true,
      disableStream: true,
      enableXfa: false,
      useWasm: false,
      useWorkerFetch: false,
      useSystemFonts: false, // those that came with the page look alike everywhere
      maxImageSize: mostImage,
      canvasMaxAreaInBytes: 4 * mostPixels,
      cMapUrl: folder('cmaps'),
      cMapPacked: true,
      standardFontDataUrl: folder('fonts'),
      wasmUrl: folder('images'),
      verbosity: VerbosityLevel.ERRORS,
    });
    try {
      return new Pdf(task, worker, parts, await Promise.race([task.promise, loss]));
    } catch (thrown) {
      parts.abort();
      end(task, worker);
      if (thrown instanceof PdfError) throw thrown;
      throw new PdfError(thrown instanceof PasswordException ? 'password' : 'broken');
    }
  }

  get pages(): number {
    return this.#document.numPages;
  }

  /** A picture of a page, for a place that is so many CSS px wide, in the pixels of the screen. */
  async draw(number: number, width: number): Promise<HTMLCanvasElement> {
    this.#drawing?.cancel();
    const page = await this.#document.getPage(number);
    const { canvas, drawing } = drawOn(page, width);
    this.#drawing = drawing;
    await drawing.promise;
    return canvas;
  }

  /**
   * A small picture of a page, no larger than so many CSS px. They are drawn one after the other, so
   * that the page that is read need not wait for many; one that is left by then is not drawn.
   */
  thumbnail(number: number, width: number, height: number, left: AbortSignal) {
    const made = this.#thumbnails.then(async () => {
      if (left.aborted) return undefined;
      const page = await this.#document.getPage(number);
      const whole = page.getViewport({ scale: 1 });
      const fits = Math.min(width, (height * whole.width) / whole.height);
      const { canvas, drawing } = drawOn(page, fits);
      left.addEventListener('abort', () => drawing.cancel());
      await drawing.promise;
      page.cleanup();
      canvas.style.width = `${fits}px`;
      return canvas;
    });
    this.#thumbnails = made.catch(() => {});
    return made;
  }

  /** What is written on a page, a line for each line. */
  async text(number: number): Promise<string> {
    const page = await this.#document.getPage(number);
    const { items } = await page.getTextContent();
    return stretches(items).map(said).join('');
  }

  /** Where on a page parts of its text lie. */
  async places(number: number, find: (text: string) => Span[]): Promise<Mark[][]> {
    const page = await this.#document.getPage(number);
    const { items, styles } = await page.getTextContent();
    const all = stretches(items);
    const spans = find(all.map(said).join(''));
    return boxes(all, styles as Record<string, Face>, page.getViewport({ scale: 1 }), spans, measure);
  }

  /** Ends the worker and forgets the document. */
  close(): void {
    this.#drawing?.cancel();
    this.#parts.abort();
    end(this.#task, this.#worker);
  }
}
