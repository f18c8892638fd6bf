# Forwards `make demo`, `make test`, … to tasks.py, which is where they are.
TASKS := setup demo test format check coverage docs sdk chaos fuzz bench
.PHONY: $(TASKS)
$(TASKS):
	@python3 tasks.py $@
