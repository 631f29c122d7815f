from . import facts
