"""Rounds of killing at random moments, and what they come to.

A world is one archive of one new mailbox; after some twenty kills it is left to settle, and another begins.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from random import Random

from tests.kill.archive import LARGE, Archive
from tests.kill.invariants import Findings
from tests.kill.second_client import SecondClient
from tests.mail.accounts import letter

SETTLES = 4  # one round in so many
ROLLS = 5
MOST_LETTERS = 8
MANY = 4  # so that syncing the whole file system is killed too


@dataclass
class Sum:
    """What the rounds came to."""

    rounds: int = 0
    kills: int = 0
    messages: int = 0
    twins: int = 0
    acts: int = 0
    renumbered: int = 0
    settled: int = 0
    found: Findings = field(default_factory=Findings)

    def add(self, other: Sum) -> None:
        """Count another's too."""
        for name in ("rounds", "kills", "messages", "twins", "acts", "renumbered", "settled"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.found.add(other.found)


class World:
    """An archive that is fetched and killed again and again."""

    def __init__(self, archive: Archive, dice: Random) -> None:
        self._archive = archive
        self._dice = dice
        self._number = 0
        self._usual = 1.0
        self.sum = Sum()

    def play(self, rounds: int) -> Sum:
        """So many rounds, and one clean end."""
        for _ in range(rounds):
            self._play_round()
            if self._dice.randrange(SETTLES) == 0:
                self._settle()
        self._settle()
        self.sum.messages = len(self._archive.served.everything)
        return self.sum

    def _play_round(self) -> None:
        self._deliver()
        if self._dice.randrange(ROLLS) == 0:
            self._archive.mailbox.number_anew()
            self.sum.renumbered += 1
        self._number += 1000
        other = SecondClient(self._archive.mailbox, self._archive.served, self._dice, self._number)
        moment = self._dice.uniform(0.02, 1.1 * self._usual)
        began = time.monotonic()
        fork = self._archive.start(many=self._dice.choice([MANY, 1000]))
        while time.monotonic() - began < moment:
            other.act()
            self.sum.acts += 1
            time.sleep(self._dice.uniform(0.005, 0.05))
        fork.kill()
        ending = fork.wait()
        other.leave()
        self.sum.rounds += 1
        self.sum.kills += ending.was_killed
        # A moment between nothing done and all done is worth most.
        self._usual = min(5.0, max(0.3, self._usual * (1.03 if ending.was_killed else 0.8)))
        self._take(self._archive.look(), f"killed after {moment:.3f} s" if ending.was_killed else "ended by itself")

    def _deliver(self) -> None:
        for _ in range(self._dice.randint(1, MOST_LETTERS)):
            self._number += 1
            body = LARGE if self._dice.randrange(6) == 0 else ""
            content = letter(self._number, body=body)
            self._archive.deliver(content)
            if self._dice.randrange(4) == 0:
                self._archive.deliver(content)
                self.sum.twins += 1

    def _settle(self) -> None:
        self.sum.settled += 1
        self._take(self._archive.settle(), "after an undisturbed fetch")

    def _take(self, found: Findings, when: str) -> None:
        found.said = [f"Round {self.sum.rounds}, {when}: {sentence}" for sentence in found.said]
        self.sum.found.add(found)
