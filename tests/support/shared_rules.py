"""Style sheets that make tests faster: apps in one process share what each would compute again."""

from typing import Any, ClassVar, cast

from textual.app import App
from textual.css.model import RuleSet
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.widget import Widget


class SharedRule(RuleSet):
    """A rule that is quickly found in a set. Textual hashes each in Python, thousands of times per app."""

    __hash__ = object.__hash__


FLAGS = ("_has_hover_style", "_has_focus_within", "_has_order_style", "_has_odd_or_even")
"""What else Textual notes in a node when it matches rules."""


class Matched(dict[object, RulesMap]):
    """What Textual takes for its cache of matching rules. It keeps the rules for one node, unless they depend on the node's
    place among its neighbours.
    """

    @property
    def rules(self) -> RulesMap | None:
        return next(iter(self.values()), None)


class SharedRules(Stylesheet):
    """Style sheets whose rules every app in the process shares. Parsing them is half the cost of starting an app, and
    matching them a tenth of the cost of running it.
    """

    _numbers: ClassVar[dict[object, int]] = {}
    """One per set of variables, because hashing them all takes longer than using the parsed rules."""
    _parsed: ClassVar[dict[tuple[object, ...], list[RuleSet]]] = {}
    """The rules in one source."""
    _joined: ClassVar[dict[tuple[object, ...], tuple[int, list[RuleSet], dict[str, list[RuleSet]]]]] = {}
    """The rules in all sources of an app: their number, they themselves, and by the names that select them."""
    _matched: ClassVar[dict[int, tuple[RulesMap, tuple[object, ...]]]] = {}
    """The rules for a node and its flags, by the number of what selectors can tell of it and of those above it."""

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self.set_variables(variables)
        self._above: dict[Any, Any] | None = None

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
            self._joined[key] = (len(self._joined), self.rules, self.rules_map)
        self._sheets, self._rules, self._rules_map = self._joined[key]
        self._require_parse = False

    def reparse(self) -> None:
        """Parses into this object, so that new variables are shared too. Textual would create another one, in case of
        errors.
        """
        self.parse()

    def apply(self, node: DOMNode, *, animate: bool = False, cache: dict[Any, Any] | None = None) -> None:
        """As Textual does, except that rules are matched once for all nodes that they can't tell apart, in all apps."""
        assert self.rules is not None
        known = self._above if cache is None else cache
        number = self._number_of(node, {} if known is None else known)
        if number in self._matched:
            rules, flags = self._matched[number]
            for flag, value in zip(FLAGS, flags, strict=True):
                setattr(node, flag, value)
            self.replace_rules(node, rules, animate=animate)
            self._process_component_classes(node)
        else:
            matched = Matched()
            super().apply(node, animate=animate, cache=cast(Any, matched))
            if matched.rules is not None:
                self._matched[number] = matched.rules, tuple(getattr(node, flag) for flag in FLAGS)

    def _process_component_classes(self, node: DOMNode) -> None:
        if node._get_component_classes():
            self._above = {}
            super()._process_component_classes(node)
            self._above = None

    def _number_of(self, node: DOMNode, known: dict[Any, Any]) -> int:
        """One for all nodes that selectors can't tell apart. `known`: of nodes that stay as they are."""
        if node not in known:
            own: tuple[object, ...] = (type(node), node._id, node.classes)
            if isinstance(node, App):
                theme = node.current_theme.dark, node.native_ansi_color, node.no_color
                own = (*own, self._sheets, *theme, node.app_focus, node.is_inline)
            elif isinstance(node, Widget):
                own = (*own, *node._pseudo_classes_cache_key, node.allow_focus())
            if isinstance(node._parent, DOMNode):
                own = (self._number_of(node._parent, known), *own)
            known[node] = self._numbers.setdefault(own, len(self._numbers))
        return known[node]

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
