"""The files of stacks/: read with the line of each value, merged with their baselines, their names made ids, edited."""
