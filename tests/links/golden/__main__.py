"""Writes the golden links of this format and engine."""

import json

from simulation import links
from tests.links.golden.runs import FOLDER, PROGRAMS, path_of, played, states

FOLDER.mkdir(exist_ok=True)
for name in PROGRAMS:
    run = played(name)[1]
    path_of(name).write_text(json.dumps({"link": links.write(run), "states": states(run)}, indent=1) + "\n")
    print(path_of(name))
