import docx, io
from docx.shared import Pt, Cm
from docx.oxml.ns import qn
from docx.oxml import OxmlElement
d=docx.Document()
s=d.sections[0]
s.header.paragraphs[0].text='Service agreement, draft 3'
s.footer.paragraphs[0].text='Confidential'
d.add_heading('Service agreement',0)
d.add_heading('Parties',1)
p=d.add_paragraph('Between '); r=p.add_run('Nordlicht GmbH'); r.bold=True; p.add_run(' and Hannah Weiß.')
d.add_heading('Services',1)
d.add_paragraph('The provider delivers the software.',style='List Number')
d.add_paragraph('The client pays each quarter.',style='List Number')
from docx.oxml import parse_xml
W='xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
n=d.part.numbering_part.element
def lvl(i,fmt,text): return '<w:lvl w:ilvl="%d"><w:start w:val="1"/><w:numFmt w:val="%s"/><w:lvlText w:val="%s"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="%d" w:hanging="567"/></w:pPr></w:lvl>'%(i,fmt,text,567*(i+1))
n.insert(0,parse_xml('<w:abstractNum %s w:abstractNumId="90"><w:multiLevelType w:val="multilevel"/>%s</w:abstractNum>'%(W,lvl(0,'decimal','%1.')+lvl(1,'decimal','%1.%2')+lvl(2,'lowerLetter','(%3)'))))
n.append(parse_xml('<w:num %s w:numId="90"><w:abstractNumId w:val="90"/></w:num>'%W))
def clause(i,text):
    p=d.add_paragraph(text); p._p.get_or_add_pPr().append(parse_xml('<w:numPr %s><w:ilvl w:val="%d"/><w:numId w:val="90"/></w:numPr>'%(W,i)))
d.add_heading('Clauses',1)
clause(0,'Term'); clause(1,'The agreement begins on 1 March.'); clause(1,'It ends'); clause(2,'after two years, or'); clause(2,'with notice.')
clause(0,'Liability'); clause(1,'Each party is liable for its own acts.')
t=d.add_table(rows=3,cols=3); t.style='Table Grid'
for i,row in enumerate([('Date','Amount','Note'),('1 March','1 200 €','first'),('1 June','1 200 €','second')]):
    for j,v in enumerate(row): t.cell(i,j).text=v
d.add_picture('seal.png',width=Cm(3))
p=d.add_paragraph('اتفاقية الخدمات مع السيدة ليلى'); pp=p._p.get_or_add_pPr(); b=OxmlElement('w:bidi'); pp.append(b)
d.add_page_break()
d.add_heading('Signatures',1)
d.add_paragraph('Signed for Nordlicht GmbH')
d.save('python-docx.docx')
