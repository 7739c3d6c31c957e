# Other names for the scripts in script/, which do the work.

.PHONY: setup demo test lint format lock

setup:
	@script/setup

demo:
	@script/demo

test:
	@script/test

lint:
	@script/lint

format:
	@script/format

lock:
	@script/lock
