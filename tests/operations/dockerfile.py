"""A Dockerfile as the tests see it: stages of instructions, lines joined, comments gone."""

import re
from dataclasses import dataclass, field

from .repository import read


@dataclass
class Stage:
    """What lies between one FROM and the next."""

    image: str
    name: str | None
    steps: list[tuple[str, str]] = field(default_factory=list)
    """Instruction and everything after it, in order."""

    def all(self, instruction: str) -> list[str]:
        """What follows each use of this instruction."""
        return [rest for word, rest in self.steps if word == instruction]


def stages() -> list[Stage]:
    """The stages of our Dockerfile. The image of `FROM ${NAME}` is what `ARG NAME=` says."""
    text = "\n".join(line for line in read("Dockerfile").splitlines() if not line.startswith("#"))
    arguments: dict[str, str] = {}
    found: list[Stage] = []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "ARG" and not found:
            name, _, value = rest.partition("=")
            arguments[name] = value
        elif word == "FROM":
            image, _, name = rest.partition(" AS ")
            image = re.sub(r"\$\{(\w+)\}", lambda match: arguments[match[1]], image)
            found.append(Stage(image, name or None))
        elif word:
            found[-1].steps.append((word, rest.strip()))
    return found
