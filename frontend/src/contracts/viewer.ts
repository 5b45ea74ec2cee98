/** The reader of PDFs, which is loaded when the first PDF is opened, and ready for the next one. */

let loading: Promise<typeof import('./pdf')> | undefined;

export const viewer = () => (loading ??= import('./pdf'));

let word: Promise<typeof import('./docx')> | undefined;

/** The reader of Word documents, likewise. */
export const wordViewer = () => (word ??= import('./docx'));

/** A PDF is about to be opened: its reader may start meanwhile. */
export const warm = (): void => void viewer().then((it) => it.warm());

/** Nothing is read for now. */
export const cool = (): void => void loading?.then((it) => it.cool());
