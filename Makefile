# Every target is one line or one script. SPOIL=..., TIERS="unit lint", DIR=..., SUITE=..., CONFIRM=... and LOCATION=...
# come from the command line.
PYTHON := .venv/bin/python
export SPOIL TIERS DIR CONFIRM LOCATION GUEST

.PHONY: help setup demo test lint docs clients bench-listing windows golden live fresh clean

help:        ## show this list
	@sed -n 's/^\([a-z-]*\): *\(.*\)## /  make \1	/p' Makefile

setup:       ## install Debian packages, .venv, Azurite
	@scripts/setup.sh

demo:        ## make a VM from a disk and an image from the VM, and prove that the image is clean: all on this machine
	@scripts/setup.sh --for "make $@ $(MAKEOVERRIDES)"
	@$(PYTHON) -m demo

test:        ## run every test; TIERS="unit lint" runs some
	@scripts/setup.sh $(if $(TIERS),,--for "make $@")
	@$(PYTHON) -m scripts.testing $(TIERS)

lint: setup  ## run the linters alone
	@$(PYTHON) -m scripts.testing lint

docs: setup  ## write the documentation of every module and role to build/docs
	@scripts/docs.sh

clients: setup  ## run the az command line and azure.azcollection against the lab (downloads 2 GB, once)
	@$(PYTHON) -m tests.clients

bench-listing: setup  ## measure how fast images are listed, next to az (20 minutes; downloads 1 GB, once)
	@$(PYTHON) -m tests.performance.listing

windows: setup  ## spoil a simulated Windows server in each known way, or judge yours: make windows GUEST=FILE
	@PYTHONPATH=build/collections $(PYTHON) -m tests.windows

golden: setup  ## replay a folder of recordings against the lab: make golden DIR=path
	@$(PYTHON) -m tests.contract.golden $(DIR)

live: setup  ## ask real Azure, with your credentials, what the lab only assumes; says first what it creates: make live CONFIRM=subscription-id
	@$(PYTHON) -m tests.live

fresh: setup  ## run both commands of the README on a bare system: make fresh SUITE=bookworm, trixie or ubuntu
	@scripts/fresh.sh $(SUITE)

clean:       ## stop a running lab and remove everything that git ignores
	@scripts/clean.sh
