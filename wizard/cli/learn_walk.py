"""A lesson on a terminal, line by line: read, predict, look, do, have it graded."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.cli.console import Console
from wizard.cli.learn_lines import (
    grade_lines,
    question_lines,
    reveal_lines,
    section_lines,
    task_lines,
    title_lines,
)
from wizard.cli.lesson_bench import Bench
from wizard.cli.table import paragraph
from wizard.errors import Exit
from wizard.lessons.course import following
from wizard.lessons.document import Shown
from wizard.lessons.grading import Graded, grade, missing
from wizard.lessons.model import Lesson
from wizard.lessons.progress import Progress

LEAVE = ("q", "quit")
GO_ON = "[Enter] goes on, q leaves: "
CHECK = "[Enter] checks your work, q leaves: "


class Left(Exception):
    """The person wants to go."""


class Walk:
    """One lesson with somebody in front of it."""

    def __init__(self, lesson: Lesson, bench: Bench, progress: Progress, console: Console) -> None:
        self._lesson, self._bench, self._progress, self._console = lesson, bench, progress, console

    def run(self) -> Exit:
        """From the first section to the grading; FAILED when the last grading missed something."""
        name = self._lesson.name
        known = self._progress.entry(name)
        self._progress.begin(name)
        try:
            if not (known and known.predicted and self._at_once_to_the_task()):
                self._read()
                self._predict()
                self._show()
            return self._task()
        except Left:
            self._say("", f"You can come back at any time: runvpc learn {name}")
            return Exit.DONE

    def _at_once_to_the_task(self) -> bool:
        return self._ask("You were here before. [Enter] begins at the beginning, t goes to the task: ") == "t"

    def _read(self) -> None:
        self._say("", *title_lines(self._lesson), "")
        for section in self._lesson.sections:
            self._ask(GO_ON)
            self._say("", *section_lines(section), "")
        self._ask(GO_ON)

    def _predict(self) -> None:
        entry = self._progress.begin(self._lesson.name)
        asked = self._lesson.prediction
        self._say("", *question_lines(asked), "")
        if entry.predicted:
            self._say(f"You predicted {entry.predicted} the first time. That stays.")
            return
        keys = "/".join(choice.key for choice in asked.choices)
        while not asked.choice(answer := self._ask(f"Your prediction ({keys}): ")):
            self._say(f"One of {keys}; a guess is as good.")
        self._progress.predicted(self._lesson.name, answer)

    def _show(self) -> None:
        self._ask("[Enter] shows what happens: ")
        self._say("", f"$ {self._bench.command}")
        self._bench = self._bench.awake()
        shown = show(self._lesson, self._bench, self._progress, self._console)
        entry = self._progress.begin(self._lesson.name)
        self._say("", *paragraph(self._lesson.demonstration.shows, indent=0), "")
        self._ask(GO_ON)
        self._say("", *reveal_lines(self._lesson, entry, shown.outcome), "")
        self._ask(GO_ON)

    def _task(self) -> Exit:
        self._say("", *task_lines(self._lesson), "")
        ended = Exit.DONE
        while True:
            try:
                self._ask(CHECK)
            except Left:
                self._say(f"Have it graded later: runvpc learn {self._lesson.name} --check")
                return ended
            self._bench = self._bench.awake()
            grades = graded(self._lesson, self._bench, self._progress)
            self._say("", *grade_lines(self._lesson, grades, following(self._lesson, self._progress)), "")
            if not missing(grades):
                return Exit.DONE
            ended = Exit.FAILED

    def _ask(self, prompt: str) -> str:
        """One word, in lower case. Raises Left."""
        try:
            answer = self._console.ask(prompt).strip().lower()
        except EOFError:
            self._say("")
            raise Left from None
        if answer in LEAVE:
            raise Left
        return answer

    def _say(self, *lines: str) -> None:
        say_all(lines, self._console)


def say_all(lines: Iterable[str], console: Console) -> None:
    """One line after the other."""
    for line in lines:
        console.say(line)


def show(lesson: Lesson, bench: Bench, progress: Progress, console: Console) -> Shown:
    """Run the demonstration before the person's eyes, and keep what happened."""
    shown = bench.demonstrate(lesson.demonstration, console.say)
    happened = lesson.prediction.happened(shown.outcome)
    if happened is not None:
        progress.happened(lesson.name, happened.key)
    return shown


def graded(lesson: Lesson, bench: Bench, progress: Progress) -> tuple[Graded, ...]:
    """Grade the work as it stands, and count it."""
    grades = grade(lesson.criteria, bench.state, bench, progress.begin(lesson.name).missed)
    progress.checked(lesson.name, missing(grades))
    return grades
