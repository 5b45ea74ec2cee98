/** Word documents for tests: as other programs write them, and as somebody hostile would. */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { png } from './contracts.mjs';

/** One that another program wrote; see its folder. */
export const sample = (name) => readFileSync(new URL(`../../backend/docx/testdata/${name}`, import.meta.url));

/** A zip of files that are not compressed. */
function zip(files) {
  const bodies = [];
  const list = [];
  let at = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path);
    const data = Buffer.from(content);
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt32LE(crc32(data), 10);
    about.writeUInt32LE(data.length, 14);
    about.writeUInt32LE(data.length, 18);
    about.writeUInt16LE(name.length, 22);
    const end = Buffer.alloc(14);
    end.writeUInt32LE(at, 10);
    bodies.push(Buffer.from('PK\x03\x04'), about, name, data);
    list.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), about, end, name);
    at += 30 + name.length + data.length;
  }
  const listed = Buffer.concat(list);
  const last = Buffer.alloc(22);
  last.write('PK\x05\x06', 'latin1');
  last.writeUInt16LE(Object.keys(files).length, 8);
  last.writeUInt16LE(Object.keys(files).length, 10);
  last.writeUInt32LE(listed.length, 12);
  last.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, listed, last]);
}

const office = 'http://schemas.openxmlformats.org/officeDocument/2006';
const packed = 'http://schemas.openxmlformats.org/package/2006';
const spaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="${office}/relationships"
  xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"
  xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:v="urn:schemas-microsoft-com:vml"`;

const relation = (id, kind, target, mode = '') =>
  `<Relationship Id="${id}" Type="${office}/relationships/${kind}" Target="${target}" ${mode && `TargetMode="${mode}"`}/>`;
const relations = (...all) =>
  `<Relationships xmlns="${packed}/relationships">${all.join('')}</Relationships>`;

const escaped = (text) => text.replace(/[&<>"]/g, (it) => `&#${it.charCodeAt(0)};`);

/** A paragraph of a few words. */
export const paragraph = (text, about = '') =>
  `<w:p>${about}<w:r><w:t xml:space="preserve">${escaped(text)}</w:t></w:r></w:p>`;

/** A document of this body; `rels` are relationships of its main part, `files` further parts. */
export function docx(body, { rels = [], files = {}, kind = 'document.main+xml' } = {}) {
  const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml';
  return zip({
    '[Content_Types].xml': `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="${packed}/content-types">
      <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
      <Default Extension="xml" ContentType="application/xml"/>
      <Override PartName="/word/document.xml" ContentType="${kind.includes('/') ? kind : `${word}.${kind}`}"/></Types>`,
    '_rels/.rels': relations(relation('a', 'officeDocument', 'word/document.xml')),
    'word/_rels/document.xml.rels': relations(...rels),
    'word/document.xml': `<w:document ${spaces}><w:body>${body}</w:body></w:document>`,
    ...files,
  });
}

const drawing = (attribute) =>
  `<w:p><w:r><w:drawing><wp:inline><wp:extent cx="914400" cy="914400"/><a:graphic><a:graphicData uri="x"><pic:pic>
    <pic:blipFill><a:blip ${attribute}/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`;

/** Whatever could run, be followed, be fetched or cover the window, were it let. */
export function hostile(url) {
  const script = `globalThis.executed = true; fetch('${url}script')`;
  const markup = `<img src="${url}markup" onerror="${script}"><script>${script}</script>`;
  const style = `}</style>${markup} :host, * { position: fixed; inset: 0; background: url(${url}style) } a {`;
  const cover = 'position:fixed;left:0;top:0;width:4000px;height:4000px';
  return docx(
    [
      paragraph('Nothing happens'),
      paragraph(markup),
      paragraph('styled', `<w:pPr><w:pStyle w:val="S"/><w:jc w:val="${escaped(style)}"/></w:pPr>`),
      paragraph('numbered', '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'),
      `<w:p><w:hyperlink r:id="link"><w:r><w:t>a link</w:t></w:r></w:hyperlink></w:p>`,
      `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "javascript:${escaped(script)}"</w:instrText></w:r>
        <w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>a field</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`,
      `<w:p><w:r><w:rPr><w:vertAlign w:val="script"/></w:rPr><w:t>${escaped(script)}</w:t></w:r></w:p>`,
      `<w:p><w:r><w:rPr><w:vertAlign w:val="iframe"/><w:color w:val="${escaped(`0;background:url(${url}run)`)}"/></w:rPr><w:t>framed</w:t></w:r></w:p>`,
      drawing('r:link="remote"'),
      drawing('r:embed="svg"'),
      `<w:p><w:r><w:pict><v:rect style="${cover}" onload="${escaped(script)}"><v:imagedata r:id="remote"/></v:rect></w:pict></w:r></w:p>`,
      `<w:altChunk r:id="chunk"/>`,
    ].join(''),
    {
      rels: [
        relation('link', 'hyperlink', `${url}link`, 'External'),
        relation('remote', 'image', `${url}image`, 'External'),
        relation('svg', 'image', 'media/picture.svg'),
        relation('chunk', 'aFChunk', 'chunk.html'),
        relation('styles', 'styles', 'styles.xml'),
        relation('numbering', 'numbering', 'numbering.xml'),
        relation('template', 'attachedTemplate', `${url}template`, 'External'),
      ],
      files: {
        'word/chunk.html': markup,
        'word/media/picture.svg': `<svg xmlns="http://www.w3.org/2000/svg" onload="${script}"/>`,
        'word/styles.xml': `<w:styles ${spaces}><w:style w:type="paragraph" w:styleId="S"><w:name w:val="S"/><w:rPr>
          <w:rFonts w:ascii="${escaped(style)}"/><w:color w:val="${escaped(style)}"/></w:rPr></w:style></w:styles>`,
        'word/numbering.xml': `<w:numbering ${spaces}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>
          <w:lvlText w:val="${escaped(`%1"; } ${style}`)}"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`,
      },
    },
  );
}

/** A header of a thousand words on each of a thousand pages. */
export function manyHeaders() {
  const rels = [relation('h', 'header', 'header.xml')];
  const header = `<w:hdr ${spaces}>${paragraph('again').repeat(1000)}</w:hdr>`;
  const page = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>';
  const section = '<w:sectPr><w:headerReference w:type="default" r:id="h"/></w:sectPr>';
  return docx(page.repeat(1000) + section, { rels, files: { 'word/header.xml': header } });
}

/** A table of so many rows and columns. */
export const table = (rows, columns) =>
  docx(
    `<w:tbl>${`<w:tr>${`<w:tc>${paragraph('cell')}</w:tc>`.repeat(columns)}</w:tr>`.repeat(rows)}</w:tbl>`,
  );

/** Pictures that are drawn: one that is, and one with more pixels than the window has memory for. */
export const withPictures = () =>
  docx(drawing('r:embed="small"') + drawing('r:embed="huge"'), {
    rels: [relation('small', 'image', 'media/a.png'), relation('huge', 'image', 'media/b.png')],
    files: { 'word/media/a.png': png(4, 4), 'word/media/b.png': png(20_000, 20_000) },
  });

/** One that a macro came with, whatever it is called. */
export const withMacros = () =>
  docx(paragraph('macro'), { kind: 'application/vnd.ms-word.document.macroEnabled.main+xml' });
