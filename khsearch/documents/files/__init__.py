"""files: files and folders as they lie on a disk in, what is found in them out.

ids        where a file is -> its id
walking    paths -> the files to read, each once, in a steady order
described  what is known of a file without its content -> fields
opening    a file that is read in this process
readings   how files are read, as was said for a path
table      what an index keeps of its files
suffixes   the ids of the documents of one source, none of them twice
child      python -m khsearch.documents.files.child: reads files in a process with limits
process    one such process: what it is told, what its lines mean
children   files that are read in such processes
"""
