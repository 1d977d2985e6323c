"""Modules whose bodies run when something of them is first used, so that a process is ready before it has read all.

A server answers its first request, and a command its question, long before it needs the statistics, the workbooks and
every room: read at once, those take most of a start. Importing ``qa`` puts a finder in front of Python's own; from
then on a module of this project is entered into ``sys.modules`` at its import, and its body runs at the first look at
one of its names. ``from qa.reviews import service`` costs next to nothing; ``from qa.core.access import Permission``
looks, and so runs the body at once. Later Pythons mean to have this in the language (PEP 810).

The standard library's ``LazyLoader`` is not used: in the versions that we support, a second thread sees a module
whose body is still running in the first. Here it waits.
"""

import sys
import threading
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

OURS = frozenset({"qa", "rubrics", "calibration", "exports"})
# What the import machinery itself looks at. Looking at it says nothing about wanting the module's names.
OF_THE_SPEC = frozenset({"__class__", "__spec__", "__path__", "__name__", "__package__", "__loader__", "__file__"})

# One for all: bodies run each other, and two locks taken in two orders would wait for ever.
_turn = threading.RLock()
_running: set[str] = set()  # modules whose bodies the holder of the turn has begun


class Postponed(ModuleType):
    """A module whose body waits to be run."""

    def __getattribute__(self, name: str) -> object:
        if name not in OF_THE_SPEC:
            load(self)
        return ModuleType.__getattribute__(self, name)


class PostponingLoader(SourceFileLoader):
    """Loads a source file as Python does, only later."""

    def exec_module(self, module: ModuleType) -> None:
        module.__class__ = Postponed

    def run(self, module: ModuleType) -> None:
        """Run the body; what fails is tried again by the next who looks."""
        _running.add(module.__name__)
        try:
            super().exec_module(module)
            module.__class__ = ModuleType
        finally:
            _running.discard(module.__name__)


class OurFinder(MetaPathFinder):
    """Finds the modules of this project, to be loaded later."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in OURS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader and spec.origin is not None:
            spec.loader = PostponingLoader(fullname, spec.origin)
        return spec


def install() -> None:
    """From now on; a second call changes nothing."""
    if not any(isinstance(finder, OurFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, OurFinder())


def load(*modules: ModuleType) -> None:
    """Run the bodies that still wait: for modules that are imported for what they do, such as declaring tables."""
    for module in modules:
        if type(module) is not Postponed:
            continue
        with _turn:
            package = sys.modules.get(module.__name__.rpartition(".")[0])
            if package is not None:  # Python runs it first, and modules that need each other are written for that order
                load(package)
            loader = module.__spec__.loader if module.__spec__ else None
            # A body that looks at its own module, or at one that imports it, sees what is there so far, as always.
            if type(module) is Postponed and module.__name__ not in _running and isinstance(loader, PostponingLoader):
                loader.run(module)
