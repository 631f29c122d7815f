from . import renew, supplier
