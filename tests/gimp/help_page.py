# help_page.py: one page of the help as a browser reads it: its elements, what
# is wrong with them, the text and the code of each section, its commands.
# Knows no option and no GIMP.

import re
from html.parser import HTMLParser

VOID = {"meta", "img", "br"}
# Elements that a page without scripts or network has no use for.
STRANGE = {"script", "link", "iframe", "object", "embed", "form", "input", "button", "base", "video", "audio", "source"}


class Page(HTMLParser):
    """The page in the file PATH."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        with open(path, encoding="utf-8") as stream:
            self.source = stream.read()
        self.problems, self.stack = [], []
        self.ids, self.targets, self.headings, self.images = [], [], [], []
        self.language = None
        self.sections = {}  # id: {"text", "codes", "pictures"}
        self.commands = {}  # id: the text of a <pre>, in the page's order
        self.rows = []      # of the table of arguments: the texts of its cells
        self.feed(self.source)
        self.close()
        if self.stack:
            self.problem("not closed: %r" % self.stack)
        for target in self.targets:
            if target not in self.ids:
                self.problem("a link to #%s, which is not there" % target)
        for name in set(self.ids):
            if self.ids.count(name) > 1:
                self.problem("two elements have the id " + name)

    def problem(self, text):
        self.problems.append("line %d: %s" % (self.getpos()[0], text))

    def open_ids(self, tag):
        return [name for found, name in self.stack if found == tag and name]

    def inside(self, tag):
        return any(found == tag for found, _ in self.stack)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if tag in STRANGE:
            self.problem("an element <%s>" % tag)
        if tag == "html":
            self.language = known.get("lang")
        if "id" in known:
            self.ids.append(known["id"])
        self._look_at(tag, known)
        if tag not in VOID:
            self.stack.append((tag, known.get("id")))
        if tag == "section" and "id" in known:
            self.sections[known["id"]] = {"text": "", "codes": set(), "pictures": 0}
        if tag == "pre":
            self.commands[known.get("id", "")] = ""
        if tag in ("img", "svg") or (tag == "table" and known.get("class") == "filter") or known.get("class") == "tree":
            self._own()["pictures"] += 1
        if tag == "tr" and "arguments" in self.open_ids("table"):
            self.rows.append([])
        if tag in ("td", "th") and self.inside("tr") and "arguments" in self.open_ids("table"):
            self.rows[-1].append("")
        if tag == "code":
            self.code = ""

    def _own(self):
        names = self.open_ids("section")
        return self.sections[names[-1]] if names else {"text": "", "codes": set(), "pictures": 0}

    def _look_at(self, tag, known):
        for name, value in known.items():
            if name.startswith("on"):
                self.problem("a script in %s" % name)
            if name == "href" and value.startswith("#"):
                self.targets.append(value[1:])
            elif name in ("href", "src") and not value.startswith("data:image/png;base64,"):
                self.problem("%s leads out of the page: %s" % (name, value[:60]))
        if tag == "img":
            self.images.append(known.get("src", ""))
            if not known.get("alt") or not known.get("width") or not known.get("height"):
                self.problem("a picture without alt, width or height")
        if tag == "svg" and not known.get("aria-label"):
            self.problem("a drawing without words")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
            if int(tag[1]) > (self.headings[-2] + 1 if len(self.headings) > 1 else 1):
                self.problem("a heading leaves out a level")

    def handle_startendtag(self, tag, attributes):
        self._look_at(tag, dict(attributes))

    def handle_endtag(self, tag):
        if tag in VOID or not self.stack or self.stack[-1][0] != tag:
            self.problem("</%s> where %r is open" % (tag, self.stack[-1:]))
            return
        if tag == "code":
            for name in self.open_ids("section"):
                self.sections[name]["codes"].add(self.code)
        self.stack.pop()

    def handle_data(self, data):
        for name in self.open_ids("section"):
            self.sections[name]["text"] += data
        if self.inside("pre"):
            self.commands[list(self.commands)[-1]] += data
        if self.inside("code"):
            self.code += data
        if self.rows and self.rows[-1] and (self.inside("td") or self.inside("th")) and "arguments" in self.open_ids("table"):
            self.rows[-1][-1] += data
