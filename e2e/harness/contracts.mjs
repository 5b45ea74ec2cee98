/** Contracts as they are dropped on the page, and what a person does with them there. */
import { crc32, deflateSync } from 'node:zlib';
import { button } from './person.mjs';

export const row = (page, name) => page.getByRole('row').filter({ hasText: name });
export const toast = (page, text) => page.getByRole('status').getByText(text);

/** To the contracts, from anywhere inside. */
export async function toContracts(page) {
  await button(page, 'Contracts').click();
  await page.getByRole('heading', { name: 'Contracts', exact: true }).waitFor();
}

/** Drops files on the window, as the page sees it where the window does not take them itself. */
export const drop = (page, files) =>
  page.evaluate(
    (all) => {
      const dataTransfer = new DataTransfer();
      for (const { name, data } of all) {
        const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], name));
      }
      const options = { dataTransfer, bubbles: true, cancelable: true };
      document.body.dispatchEvent(new DragEvent('dragover', options));
      document.body.dispatchEvent(new DragEvent('drop', options));
    },
    Object.entries(files).map(([name, bytes]) => ({ name, data: Buffer.from(bytes).toString('base64') })),
  );

/** Drops what lies at these paths on the window, as a file manager does: folders, too. */
export async function dropPaths(page, files) {
  const cdp = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'])
    await cdp.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data });
  await cdp.detach();
}

/** Drops files and waits until they are all there. The page takes them once it has the list. */
export async function add(page, files) {
  const n = Object.keys(files).length;
  await page.getByText('drop it anywhere in the window').waitFor();
  await drop(page, files);
  await toast(page, n === 1 ? '1 contract added.' : `${n} contracts added.`).waitFor();
}

/** Opens a contract beside the table. */
export async function open(page, name) {
  await row(page, name).click();
  await page.getByRole('region', { name: 'Preview' }).getByRole('heading', { name }).waitFor();
}

/** The page of a PDF is there, as a picture. */
export async function drawn(page) {
  const preview = page.getByRole('region', { name: 'Preview' });
  await preview.getByRole('figure').locator('canvas').waitFor();
  await preview.getByRole('progressbar').waitFor({ state: 'detached' });
}

const pageOf = (number, text) => `BT /F1 18 Tf 40 640 Td (${text}, page ${number}) Tj ET`;

/**
 * A PDF with so many pages of a few words, in a standard font. `catalog` and `onPage` are put into
 * its catalog and its pages, `more` are further objects; the first of them has the number 4 + 2 × pages.
 */
export function pdf(text, pages = 1, { catalog = '', onPage = '', more = [] } = {}) {
  const kids = Array.from({ length: pages }, (_, i) => `${4 + 2 * i} 0 R`).join(' ');
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    `<< /Type /Pages /Count ${pages} /Kids [${kids}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (let i = 0; i < pages; i++) {
    const content = pageOf(i + 1, text);
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 499 709] /Contents ${5 + 2 * i} 0 R /Resources << /Font << /F1 3 0 R >> >> ${onPage} >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    );
  }
  objects.push(...more);
  let out = '%PDF-1.7\n';
  const rows = objects.map((object, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const start = out.length;
  const size = objects.length + 1;
  out += `xref\n0 ${size}\n0000000000 65535 f \n${rows.join('')}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(out, 'latin1');
}

/** A PDF that would run a script, follow links, send a form and fetch a file, were it let. */
export const hostilePdf = (url) =>
  pdf('Nothing happens', 1, {
    catalog: `/OpenAction << /S /JavaScript /JS (app.alert\\("x"\\); this.submitForm\\("${url}form"\\)) >>
      /AA << /WC << /S /URI /URI (${url}closed) >> >>
      /AcroForm << /Fields [6 0 R] /XFA (<xdp><script>xfa.host.gotoURL\\("${url}xfa"\\)</script></xdp>) >>`,
    onPage: '/Annots [6 0 R 7 0 R] /AA << /O << /S /JavaScript /JS (app.launchURL("x")) >> >>',
    more: [
      '<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (typed) /Rect [40 500 200 520] /P 4 0 R >>',
      `<< /Type /Annot /Subtype /Link /Rect [0 0 499 709] /Border [0 0 0] /A << /S /URI /URI (${url}link) >> >>`,
    ],
  });

/** A whole PNG, black, of one bit for each pixel: 20,000 by 20,000 of them are 50 KB. */
export function png(width, height) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * height))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
