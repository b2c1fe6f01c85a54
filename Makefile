# `make demo` sets up and runs the main job; `make test` sets up and runs all tests.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DEMO := indexes/demo

.PHONY: setup demo test lint clean

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

setup: $(VENV)/ready

demo: setup
	$(BIN)/ragdigest index corpus/ --index $(DEMO)
	$(BIN)/ragdigest ask 'KV 캐시를 다시 계산하지 않고 확산 언어 모델을 빠르게 하는 방법은?' --index $(DEMO)
	$(BIN)/ragdigest ask 'Why can a long chain of thought be a trap, and what does ParaThinker do about it?' --index $(DEMO)
	@echo; echo "Try next:"
	@echo "  $(BIN)/ragdigest search '여러 에이전트가 서로 협력하는 방법' --index $(DEMO)"
	@echo "  $(BIN)/ragdigest related 2025-W37-ko.md#3 --index $(DEMO)"
	@echo "  $(BIN)/ragdigest chat --index $(DEMO)"
	@echo "  $(BIN)/ragdigest index YOUR-DIGESTS/      # then ask without --index"

test: setup
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -q

lint: setup
	$(BIN)/ruff check .

clean:
	rm -rf $(VENV) indexes/demo indexes/default
