# Thin doors to tasks.py, which also works without make: python3 tasks.py help
# ARGS go along: make run ARGS="--port 9000", make test ARGS="tests/accounts -x"
PYTHON ?= python3
ARGS ?=

run setup test check bench proof assets lock clean help:
	@$(PYTHON) tasks.py $@ $(ARGS)

.DEFAULT_GOAL := help
.PHONY: run setup test check bench proof assets lock clean help
