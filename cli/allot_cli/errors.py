"""The command line's errors.

AllotError            something that the person at the keyboard can mend
├── KubectlFailed     kubectl refused or could not do what was asked
├── DemoFailed        the demo stopped; the message says at which step and what to look at
├── PodUnreachable    no pod can be reached from here
├── NotExplained      no such endpoint or deployment, or one that can't be read
└── KeyRefused        an API key can't be made or deleted as asked
"""


class AllotError(Exception):
    """Root of what the command line reports in one line, without a traceback."""


class KubectlFailed(AllotError):
    """A kubectl call ended with an error; the message is what kubectl said."""


class DemoFailed(AllotError):
    """The demo can't go on; the message says why and what to look at."""


class PodUnreachable(AllotError):
    """No connection to a pod could be made from this machine."""


class NotExplained(AllotError):
    """There is nothing to explain; the message says why, and what there is instead."""


class KeyRefused(AllotError):
    """A key can't be made or deleted as asked; the message says what to change."""
