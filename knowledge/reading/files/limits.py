"""How much a document may ask of this machine. The longest codes have about 300 pages and 700,000 letters."""

FILE_BYTES = 20 * 1024 * 1024  # a text of 600 pages with pictures; scans beyond this hold no text anyway
PLAIN_BYTES = 8 * 1024 * 1024  # UTF-16 takes two bytes a letter, and nothing but letters is in a .txt
LETTERS = 2_000_000  # three times the longest code
PAGES = 600  # twice the longest code; a book of 5,000 pages is no document of an office
PACKED_PARTS = 3_000  # a .docx has about 20 parts, and one for each picture
PART_BYTES = 40 * 1024 * 1024  # word/document.xml spends some 20 bytes of markup on a letter
UNPACKED_RATIO = 200  # honest text packs 5 to 20 times; a bomb a thousand times and more
UNPACKED_FREE_BYTES = 1024 * 1024  # below this no ratio matters: a small empty form packs well
DEPTH = 250  # tables in tables in tables; Word itself stays below 60

MEMORY_BYTES = 1024 * 1024 * 1024  # of address space for the process that parses; PDFium maps 150 MB before it starts
CPU_SECONDS = 20
WALL_SECONDS = 40  # for a machine that is busy with something else
