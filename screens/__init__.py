"""The wizard on a terminal, in Textual. Screens build answers, show a plan and watch a run; they reason not."""
