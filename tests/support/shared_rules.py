"""Style sheets that make tests faster: apps in one process share what each would compute again."""

from typing import Any, ClassVar

from textual.css.model import RuleSet
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode


class SharedRule(RuleSet):
    """A rule that is quickly found in a set. Textual hashes each in Python, thousands of times per app."""

    __hash__ = object.__hash__


class SharedRules(Stylesheet):
    """Style sheets whose rules every app in the process shares. Parsing them is half the cost of starting an app."""

    _numbers: ClassVar[dict[object, int]] = {}
    """One per set of variables, because hashing them all takes longer than using the parsed rules."""
    _parsed: ClassVar[dict[tuple[object, ...], list[RuleSet]]] = {}
    """The rules in one source."""
    _joined: ClassVar[dict[tuple[object, ...], tuple[list[RuleSet], dict[str, list[RuleSet]]]]] = {}
    """The rules in all sources of an app, and the same by the names that select them."""

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self.set_variables(variables)

    def set_variables(self, variables: dict[str, str]) -> None:
        super().set_variables(variables)
        self._number = self._numbers.setdefault(tuple(variables.items()), len(self._numbers))

    def _parse_rules(self, css: str, *how: Any, **more: Any) -> list[RuleSet]:
        key = (self._number, css, *how, *more.items())
        if key not in self._parsed:
            rules = super()._parse_rules(css, *how, **more)
            for rule in rules:
                rule.__class__ = SharedRule
            self._parsed[key] = rules
        return self._parsed[key]

    def parse(self) -> None:
        key = (self._number, *self.source.items())
        if key not in self._joined:
            super().parse()
            self._joined[key] = (self.rules, self.rules_map)
        self._rules, self._rules_map = self._joined[key]
        self._require_parse = False

    def reparse(self) -> None:
        """Parses into this object, so that new variables are shared too. Textual would create another one, in case of
        errors.
        """
        self.parse()

    @classmethod
    def replace_rules(cls, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:
        """Sets only the rules that differ, and requests one redraw of the node. Textual sets all of them, and requests a redraw for each."""
        base = node.styles.base
        old = base._rules
        if animate and "transitions" in rules:
            super().replace_rules(node, rules, animate)
            return
        if old != rules:
            asked: dict[str, bool] = {}

            def ask(*, repaint: bool = True, **how: bool) -> None:
                asked.update({name: True for name, is_on in {**how, "repaint": repaint}.items() if is_on})

            differing = [key for key in old.keys() | rules.keys() if old.get(key) != rules.get(key)]
            base.refresh = ask
            try:
                for key in differing:
                    setattr(base, key, rules.get(key))
            finally:
                del base.refresh
            if asked:
                base.refresh(**{"repaint": False, **asked})
        elif animate:
            return
        node.notify_style_update()
