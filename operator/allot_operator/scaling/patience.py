"""Down only after a whole window of decisions wished for less, and then to the highest wish.

The window is one of time that is known: while a pod is silent it stands still, and after a long
silence it begins anew. So a memory that was lost never lowers anything.
"""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_SILENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Patience:
    """The wishes that may still be the highest of the window.

    Each is (known seconds, number), the latest last, and higher than those after it. `since` is
    from when all decisions wished for less than the target; None if the last did not.
    """

    known: float = 0.0
    silence: float = 0.0
    since: float | None = None
    wishes: tuple[tuple[float, int], ...] = ()

    def wait(self, step: float) -> Patience:
        """Return the patience after a decision that knew too little to wish."""
        silence = self.silence + step
        if silence > LONGEST_SILENCE_SECONDS:
            return Patience(self.known, silence)
        return Patience(self.known, silence, self.since, self.wishes)

    def wish(self, number: int, target: int, step: float, window: float) -> Patience:
        """Return the patience after a decision that wished for so many."""
        known = self.known + step
        if number >= target:
            return Patience(known)
        kept = [one for one in self.wishes if one[0] >= known - window and one[1] > number]
        since = known if self.since is None else self.since
        return Patience(known, 0.0, since, (*kept, (known, number)))

    def choose(self, target: int, window: float) -> int:
        """Return what the target may go down to: itself while the window is not full."""
        if self.since is None or self.silence or self.known - self.since < window:
            return target
        return self.wishes[0][1]
