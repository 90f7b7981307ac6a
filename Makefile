.PHONY: run test bench check

run: ; @dev/env.sh requirements.txt && exec .venv/bin/python -m rollviz
test: ; @dev/env.sh requirements-dev.txt && dev/chromium.sh && $(MAKE) -s check && .venv/bin/python -m pytest
bench: ; @dev/env.sh requirements.txt && .venv/bin/python -m simulation.bench
check: ; @dev/env.sh requirements-dev.txt && .venv/bin/ruff check && .venv/bin/ruff format --check
