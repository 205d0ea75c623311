# The first run makes .venv (needs Python 3.11-3.13, a C compiler and the Python headers; see tools/setup.sh).
BIN := .venv/bin
DEMO := build/demo/xiangtan-2021.html
# make lock LOCKFLAGS=--upgrade takes newer releases; without it pins stay unless setup.cfg forbids them.
LOCKFLAGS :=
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" .venv-lock/bin/pip-compile --quiet --generate-hashes --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(LOCKFLAGS)

.DEFAULT_GOAL := help
.PHONY: help demo demo-rectify test soak bench golden verdicts mutation schema lock clean setup-run setup-test setup-soak setup-bench

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

setup-run setup-test setup-soak setup-bench: setup-%:
	@tools/setup.sh $*

demo: setup-run ## 检查湘潭 2021 年样例并生成 HTML 报告 / check the Xiangtan 2021 dossier, write the HTML report
	@mkdir -p $(dir $(DEMO))
	@# 1 says that the gate failed, which is a result; 2 and above are errors.
	$(BIN)/compliance check fixtures/cities/xiangtan-2021/dossier.json --report text --report html:$(DEMO) \
		|| test $$? -eq 1
	@echo "报告 / report: $(CURDIR)/$(DEMO)"

demo-rectify: setup-run ## 整改演示：清单、通知、台账、Excel 填报、复查、销号、月报 / rectification from a failing dossier to closure
	$(BIN)/python tools/demo_rectify.py

test: setup-test ## what CI runs: ruff, mypy, import law, pytest
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto

soak: setup-test setup-soak ## the long tests: fuzzing (SOAK_SECONDS=900), load, kill series
	$(BIN)/python -m pytest -m soak

bench: setup-bench ## speed and memory, also against other rule engines
	$(BIN)/python -m benchmarks

golden: setup-test ## accept the present outputs as golden; review the diff as law is reviewed
	$(BIN)/python tools/golden.py --accept

verdicts: setup-test ## which outcomes differ over all fixtures: FROM=revision (HEAD) TO=revision (this working tree)
	$(BIN)/python tools/verdicts.py "$(FROM)" "$(TO)"

mutation: setup-test ## which small mistakes in the law its cases and fixtures would not notice; writes the READMEs' figures
	$(BIN)/python tests/mutation.py

schema: setup-run ## regenerate compliance/schemas/json
	$(BIN)/python -m compliance.schemas.generate

lock: ## remake requirements/*.txt from setup.cfg, on the oldest supported Python
	test -x .venv-lock/bin/pip-compile || { python3.11 -m venv .venv-lock && .venv-lock/bin/pip install --quiet pip-tools==7.6.2; }
	$(COMPILE) --allow-unsafe --only-build-deps --build-deps-for wheel -o requirements/build.txt pyproject.toml
	$(COMPILE) -o requirements/run.txt setup.cfg
	$(COMPILE) --extra test -c requirements/run.txt -o requirements/test.txt setup.cfg
	$(COMPILE) --extra soak -c requirements/test.txt -o requirements/soak.txt setup.cfg
	$(COMPILE) --extra bench -c requirements/test.txt -o requirements/bench.txt setup.cfg

clean: ## remove everything that is generated and not committed
	rm -rf .venv .venv-lock build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find compliance tests tools benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
