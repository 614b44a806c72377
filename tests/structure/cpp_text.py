"""C++ as text: comments and literals blanked out (so that lines and columns stay), includes, enumerators."""

import re

# In this order, so that a quote in a comment and a slash in a text are each taken for what they are.
_TOKEN = re.compile(
    r"""(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)"""
    r"""|(?P<raw>R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")"""
    r"""|(?P<text>"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<char>(?<![0-9A-Za-z_])(?:u8|[uUL])?'(?:\\.|[^'\\\n])+')""",
    re.DOTALL,
)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def blank_comments(text):
    """Comments become blanks; texts stay."""
    return _TOKEN.sub(lambda m: _blank(m.group(0)) if m.group("comment") else m.group(0), text)


def blank_literals(text):
    """What stands between quotes becomes blanks (the quotes stay). Comments must be blank already."""
    def keep_quotes(match):
        whole = match.group(0)
        return whole[0] + _blank(whole[1:-1]) + whole[-1] if not match.group("comment") else whole

    return _TOKEN.sub(keep_quotes, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def includes(text):
    """(line, name, is quoted) of each #include that is not commented out."""
    code = blank_comments(text)
    return [(line_of(code, match.start(1)), match.group(2), match.group(1) == '"')
            for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]', code, re.MULTILINE)]


def enumerators(text, enum):
    """(line, name, value or None) of each enumerator of `enum class <enum>`; the value only if written."""
    code = blank_comments(text)
    body = re.search(rf"\benum\s+class\s+{enum}\b[^{{;]*\{{([^}}]*)\}}", code)
    if not body:
        return []
    found = []
    for match in re.finditer(r"(?:^|,)\s*(\w+)\s*(?:=\s*(\d+))?", body.group(1)):
        value = int(match.group(2)) if match.group(2) else None
        found.append((line_of(code, body.start(1) + match.start(1)), match.group(1), value))
    return found
