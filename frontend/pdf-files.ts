/**
 * What pdf.js asks for by name while it reads a PDF: tables of Asian encodings, the standard
 * fonts, and decoders of two kinds of picture. They go beside the page as they are, under `pdf/`,
 * so that nothing is fetched from elsewhere.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const from = (folder: string) =>
  fileURLToPath(new URL(`node_modules/pdfjs-dist/${folder}/`, import.meta.url));

/** A folder of the page, where its files come from, and which. */
const folders = [
  { to: 'cmaps', from: from('cmaps'), which: /\.bcmap$/ },
  { to: 'fonts', from: from('standard_fonts'), which: /\.(pfb|ttf)$/ },
  // Without WebAssembly, which the page's policy does not allow.
  { to: 'images', from: from('wasm'), which: /_nowasm_fallback\.js$/ },
];

export function pdfFiles(): Plugin {
  return {
    name: 'pdf-files',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const [, to, name = ''] = /^\/pdf\/(\w+)\/([\w.-]+)$/.exec(request.url ?? '') ?? [];
        const folder = folders.find((it) => it.to === to && it.which.test(name));
        if (!folder) return next();
        if (name.endsWith('.js')) response.setHeader('Content-Type', 'text/javascript');
        response.end(readFileSync(folder.from + name));
      });
    },
    generateBundle() {
      for (const { to, from, which } of folders) {
        for (const name of readdirSync(from).filter((it) => which.test(it))) {
          this.emitFile({ type: 'asset', fileName: `pdf/${to}/${name}`, source: readFileSync(from + name) });
        }
      }
    },
  };
}
