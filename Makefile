# Forwards `make demo`, `make test`, … to tasks.py, which is where they are.
TASKS := setup demo test sdk check docs
.PHONY: $(TASKS)
$(TASKS):
	@python3 tasks.py $@
