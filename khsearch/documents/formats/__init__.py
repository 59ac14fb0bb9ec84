"""formats: the content of one file or stream in, documents out.

registry      formats by their suffix: our own, a program's, those that installed packages bring
encodings     bytes -> text: UTF-8, a mark, what the content says of itself
reader        what a reader gets, what it gives, how it tells what cannot be read
title         a title for a text that has none of its own
legacy_fonts  fonts from before Unicode, by name
whole         a text, and what its file says of itself -> the document of a whole file
txt           one document
jsonl         one JSON object a line
lines         one document a line
json          a list of objects
csv           a header row, then one document a row: dialects finds the delimiter, rows the rows; tsv has its own
gz            what gzip made smaller, read as what it is
pdf/          pages; ocr reads their pictures
subtitles     films: srt, vtt
front_matter  the head of a Markdown file -> names and values
md            Markdown
markup        HTML -> its main text: the one door to selectolax; with markup_fonts
html          pages
mail          messages: eml
packages      zips of XML parts -> events, within bounds
drawings      words of charts and diagrams; office_properties: title, author, date
word_fonts    fonts by the styles of Word, of OpenDocument (odf_fonts)
docx          Word
pptx          slides
tables        the sheets of a workbook -> a document a sheet, or a row
xlsx          Excel; xlsx_styles: which numbers are dates
odf           OpenDocument: texts and slides; ods: sheets
epub          books
"""
