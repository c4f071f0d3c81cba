#!/usr/bin/env python3
# coverage.py LEAST SOURCE...: reads what llvm-cov exports and tells how many
# lines of the SOURCEs were reached; fails below LEAST of 100 in all.

import json
import sys

least, sources = float(sys.argv[1]), sys.argv[2:]
lines = {}
for file in json.load(sys.stdin)["data"][0]["files"]:
    for source in sources:
        if file["filename"].endswith("/" + source):
            summary = file["summary"]["lines"]
            lines[source] = (summary["covered"], summary["count"])
for source in sources:
    covered, count = lines.get(source, (0, 0))
    print("# %-24s %4d of %4d lines" % (source, covered, count))
covered, count = (sum(pair[i] for pair in lines.values()) for i in (0, 1))
percent = 100 * covered / count if count else 0
print("# parsers: %.1f %% of %d lines reached (at least %g %%)" % (percent, count, least))
sys.exit(percent < least or (least > 0 and len(lines) < len(sources)))
