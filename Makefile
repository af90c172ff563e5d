# Every target is one line or one script. TAMPER=..., TIERS="unit lint", DIR=... and SUITE=... come from the command line.
PYTHON := .venv/bin/python
export TAMPER TIERS DIR

.PHONY: help setup demo test lint docs clients golden fresh clean

help:        ## this list
	@sed -n 's/^\([a-z]*\): *\(.*\)## /  make \1	/p' Makefile

setup:       ## Debian packages, .venv, Azurite
	@scripts/setup.sh

demo:        ## a disk becomes a VM, the VM an image, and the image is proven clean: all on this machine
	@scripts/setup.sh --for "make $@ $(MAKEOVERRIDES)"
	@$(PYTHON) -m demo

test:        ## every test; TIERS="unit lint" runs some
	@scripts/setup.sh $(if $(TIERS),,--for "make $@")
	@$(PYTHON) -m scripts.testing $(TIERS)

lint: setup  ## the linters alone
	@$(PYTHON) -m scripts.testing lint

docs: setup  ## what ansible-doc says of every module and role, as files in build/docs
	@scripts/docs.sh

clients: setup  ## the az command line and azure.azcollection against the local Azure (downloads 2 GB, once)
	@$(PYTHON) -m tests.clients

golden: setup  ## replay a folder of recordings against the local Azure: make golden DIR=path
	@$(PYTHON) -m tests.contract.golden $(DIR)

fresh: setup  ## both commands of the README on a bare system: make fresh SUITE=bookworm, trixie or ubuntu
	@scripts/fresh.sh $(SUITE)

clean:       ## stop a running lab and empty the checkout
	@scripts/clean.sh
