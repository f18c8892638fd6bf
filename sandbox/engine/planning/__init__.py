"""From what the program asks, and what the state has, to the steps of a run."""
