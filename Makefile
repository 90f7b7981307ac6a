.PHONY: run test bench check soak

run: ; @.ci/env.sh requirements.txt && exec .venv/bin/python -m rollviz
test: ; @.ci/env.sh requirements-dev.txt && .ci/chromium.sh && $(MAKE) -s check && .venv/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
bench: ; @.ci/env.sh requirements-dev.txt && .venv/bin/python -m simulation.bench && .venv/bin/python -m tests.scrub && .venv/bin/python -m tests.watches && .venv/bin/python -m tests.crowd && .venv/bin/python -m tests.busy
check: ; @.ci/env.sh requirements-dev.txt && .venv/bin/ruff check && .venv/bin/ruff format --check
soak: ; @.ci/env.sh requirements-dev.txt && .venv/bin/python -m tests.soak
