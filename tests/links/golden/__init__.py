"""Links that were given out, and what they led to. A link opens for ever, so a file here is never changed once it was released.

`python -m tests.links.golden` writes those of the present format and engine: new ones beside the old, and the old ones anew only as long
as nothing was released with them (the engine is still the one in their names).
"""
