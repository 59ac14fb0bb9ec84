"""formats: the content of one file or stream in, documents out.

registry  formats by their suffix: our own, a program's, those that installed packages bring
reader    what a reader gets, what it gives, how it tells what cannot be read
title     a title for a text that has none of its own
txt       one document
jsonl     one JSON object a line
csv       a header row, then one document a row
"""
