"""What is said while a load goes on."""

import sys
import time


class Progress:
    """One line on the terminal, written over; in a log, a line at most every five seconds."""

    def __init__(self, stream=sys.stderr, clock=time.monotonic):
        self.stream = stream
        self.clock = clock
        self.terminal = stream.isatty()
        self.last = clock()

    def __call__(self, what, done, of):
        finished = of is not None and done >= of
        if not finished and self.clock() - self.last < (0.2 if self.terminal else 5):
            return
        self.last = self.clock()
        text = f"{what}: {done:,}" + ("" if of is None else f" of {of:,}")
        end = "\n" if finished or not self.terminal else ""
        self.stream.write(("\r" if self.terminal else "") + text + end)
        self.stream.flush()
