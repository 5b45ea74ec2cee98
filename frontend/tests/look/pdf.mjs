/** A small lease as a PDF of so many pages, written out by hand: text in a standard font. */
const clauses = [
  [
    'Lease of unit 4, Harbour Yard',
    'made on 26 October 2026 between Harbour Yard Estates (the|Landlord) and Northwind Legal (the Tenant).',
  ],
  [
    '1. Premises',
    'The Landlord lets to the Tenant the second floor of unit 4, shown edged|in black on the plan in schedule 1, together with the right to use the|common parts, the goods lift and four parking places.',
  ],
  [
    '2. Term',
    'Five years from 1 January 2027. Either party may end this lease on the|third anniversary by six months\\222 notice in writing.',
  ],
  [
    '3. Rent',
    'The Tenant pays the yearly rent in four equal parts, in advance, on the|first day of each quarter. The rent is reviewed once, on the third|anniversary, and does not rise by more than the index named in|schedule 2.',
  ],
  [
    '4. Repair',
    'The Tenant keeps the inside of the premises in the state recorded in|schedule 3. The Landlord keeps the roof, the walls and the common|parts sound and weathertight.',
  ],
  [
    '5. Use',
    'The premises are used as offices. The Tenant may share them with a|company of its own group, and with nobody else without the Landlord\\222s|consent, which is not withheld without a reason.',
  ],
  ['6. Signatures', 'This lease is signed and countersigned in two copies, one for each party.'],
];

const escaped = (line) => line.replace(/[()]/g, '\\$&');

function content(number) {
  const lines = [`BT /F2 18 Tf 54 640 Td (${escaped(number === 1 ? clauses[0][0] : `Page ${number}`)}) Tj`];
  clauses.forEach(([title, body], i) => {
    if (i > 0) lines.push(`/F2 12 Tf 0 -30 Td (${escaped(title)}) Tj`);
    for (const line of body.split('|')) lines.push(`/F1 11.5 Tf 0 -18 Td (${escaped(line)}) Tj`);
  });
  return `${lines.join('\n')} ET`;
}

/**
 * @param {number} pages
 * @param {string} [catalog]  what else the catalog holds
 */
export function pdf(pages, catalog = '') {
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    `<< /Type /Pages /Count ${pages} /Kids [${Array.from({ length: pages }, (_, i) => `${5 + 2 * i} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>',
  ];
  for (let i = 0; i < pages; i++) {
    const text = content(i + 1);
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 499 709] /Contents ${6 + 2 * i} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>`,
      `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    );
  }
  let out = '%PDF-1.7\n';
  const places = objects.map((object, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const start = out.length;
  const rows = places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(out, 'latin1');
}
