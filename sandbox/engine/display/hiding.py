"""What is not to be shown: plumbing, and the differences that the program hides (hide_diffs)."""

from __future__ import annotations

from sandbox.engine.events import Op, StepInfo
from sandbox.engine.state import paths
from sandbox.engine.state.differences import Members, compare, undetail
from sandbox.engine.state.paths import Path


class Hiding:
    """The hidden paths of a step; it notes which of them there would have been something to show for."""

    def __init__(self, step: StepInfo) -> None:
        self._patterns = {text: paths.parse(text) for text in step.resource.hide_diff}
        self.met: set[str] = set()

    def hides(self, path: Path) -> bool:
        """Tell whether the program hides a path."""
        for text, pattern in self._patterns.items():
            if paths.contains(pattern, path):
                self.met.add(text)
                return True
        return False

    def skips(self, path: Path) -> bool:
        """Tell whether a path is hidden, or plumbing."""
        name = path[-1]
        return (isinstance(name, str) and internal(name)) or self.hides(path)


def internal(name: str) -> bool:
    """Tell whether a property is plumbing, such as `__provider`, that no reader wants to see."""
    return name.startswith("__")


def input_differences(step: StepInfo, hiding: Hiding) -> Members[str]:
    """Return the differences of inputs that a step with two sides makes, as far as they are to be shown."""
    if step.old is None or step.new is None or step.op is Op.SAME:
        return Members()
    if step.detail is None:
        return compare(step.old.inputs, step.new.inputs, ignore=hiding.skips)
    shown = {path: each for path, each in step.detail.items() if not hiding.hides(paths.parse(path))}
    return undetail(shown, step.old.inputs, step.new.inputs)
