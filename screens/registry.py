"""Which class draws which page. Its module is imported when it is first gone to."""

from __future__ import annotations

from importlib import import_module

from screens.page import WizardPage
from wizard.flow.pages import Page


def page_class(page: Page) -> type[WizardPage]:
    """`screens.pages.welcome.WelcomePage` for `welcome`, and so on."""
    found: type[WizardPage] = getattr(import_module(f"screens.pages.{page.value}"), f"{page.value.capitalize()}Page")
    return found
