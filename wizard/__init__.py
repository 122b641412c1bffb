"""runvpc without a screen: reads a project, makes a plan, applies it, proves it."""

__version__ = "0.1.0"
