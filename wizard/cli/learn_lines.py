"""A lesson as lines of text, at most 80 columns wide but for commands, which are never broken."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.cli.table import paragraph, table
from wizard.lessons.document import Shown
from wizard.lessons.grading import Graded
from wizard.lessons.library import sandbox_name
from wizard.lessons.model import Lesson, Prediction, Section
from wizard.lessons.progress import Entry
from wizard.wording import one_line


def list_lines(lessons: Sequence[tuple[Lesson, str]]) -> list[str]:
    """Every lesson with its state."""
    rows = [(str(one.number), one.name, one.title, f"{one.minutes} min", state) for one, state in lessons]
    lines = table(rows, head=("", "LESSON", "TITLE", "TAKES", "STATE"))
    first = next((one.name for one, state in lessons if state != "passed"), lessons[0][0].name)
    return ["Lessons, each on a simulated cloud of its own", "", *lines, "", f"Begin with: runvpc learn {first}"]


def title_lines(lesson: Lesson) -> list[str]:
    """Title, and what will be learned."""
    head = f"Lesson {lesson.number}: {lesson.title} (about {lesson.minutes} minutes)"
    points = [line for text in lesson.learn for line in paragraph(text, mark="- ")]
    return [head, "=" * len(head), "", "You will learn", *points]


def section_lines(section: Section) -> list[str]:
    """Heading and text."""
    return [section.title, "-" * len(section.title), "", *prose(section.text)]


def prose(text: str) -> list[str]:
    """Paragraphs, wrapped; blocks whose lines begin with two blanks stay as they are."""
    lines: list[str] = []
    for block in text.strip("\n").split("\n\n"):
        kept = all(line.startswith("  ") for line in block.splitlines())
        lines += ["", *(block.splitlines() if kept else paragraph(block, indent=0))]
    return lines[1:]


def question_lines(prediction: Prediction) -> list[str]:
    """The question before anything is shown, with its choices."""
    choices = [line for choice in prediction.choices for line in paragraph(choice.text, mark=f"{choice.key}) ")]
    return ["Predict", "-------", "", *paragraph(prediction.question, indent=0), "", *choices]


def reveal_lines(lesson: Lesson, entry: Entry, outcome: str) -> list[str]:
    """What was predicted beside what happened, and why. `outcome` is what the demonstration shows now."""
    asked = lesson.prediction
    right = asked.choice(asked.right)
    predicted, happened = asked.choice(entry.predicted), asked.choice(entry.happened)
    rows = [("You predicted", predicted.text if predicted else "nothing")]
    rows.append(("What happened", happened.text if happened else outcome))
    lines = table(rows, indent=0)
    if right is None:
        return lines
    if outcome and outcome != right.outcome:
        changed = "The sandbox is not as at the beginning of the lesson any more. There it was: "
        lines += ["", *paragraph(changed + right.text, indent=0)]
    if predicted is not None and predicted.key != right.key:
        lines += ["", *paragraph(f"Not {predicted.key}: {predicted.why}", indent=0)]
    verdict = "Right. " if entry.predicted == right.key else f"It is {right.key}: "
    return [*lines, "", *paragraph(verdict + right.why, indent=0)]


def shown_lines(lesson: Lesson, shown: Shown) -> list[str]:
    """The command of a demonstration and what it said."""
    return [f"$ {shown.command}", *shown.lines, "", *paragraph(lesson.demonstration.shows, indent=0)]


def task_lines(lesson: Lesson) -> list[str]:
    """What is to be done, where, and how it is graded."""
    sandbox = sandbox_name(lesson.name)
    lines = ["Your task", "---------", "", *prose(lesson.task.text), "", "It is graded by:"]
    lines += [line for one in lesson.criteria for line in paragraph(one.text, mark="- ")]
    lines += ["", "Do it in another shell, with gcloud", f'  eval "$(runvpc sandbox env --sandbox {sandbox})"']
    lines += [f"  {command}" for command in lesson.task.commands]
    return [*lines, "or in the wizard", f"  runvpc setup --sandbox {sandbox}"]


def grade_lines(lesson: Lesson, grades: Sequence[Graded], following: str = "") -> list[str]:
    """Each criterion, and for those that are not met what was seen and the hint that is due. When all are met, what to
    keep in mind, and the lesson `following`."""
    met = sum(graded.met for graded in grades)
    lines = [f"{met} of {len(grades)} criteria of {lesson.name} are met", ""]
    for graded in grades:
        lines += paragraph(graded.text, mark="met      " if graded.met else "not yet  ")
        if not graded.met:
            lines += paragraph(graded.found, indent=11, mark="seen: ") if graded.found else []
            lines += _hint(graded.hint)
    if met == len(grades):
        after = ["", f"Next: runvpc learn {following}"] if following else []
        return [*lines, "", "Passed.", "", *paragraph(lesson.closing, indent=0), *after]
    return lines


def _hint(hint: str) -> list[str]:
    """A hint that is a command stays on one line, to be copied."""
    if hint.startswith(("gcloud ", "runvpc ")):
        return ["           hint:", f"  {one_line(hint)}"]
    return paragraph(hint, indent=11, mark="hint: ")
