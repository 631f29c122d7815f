"""What the addon's own code tells itself by the context."""


class Mark:
    """An object of this process under a key of the context: nothing that is sent from outside equals it.

    What a screen may ask for is no mark: it is read as what it is, and changes what is shown alone.
    """

    def __init__(self, key):
        self.key = key

    def put_on(self, records):
        """The same records, with the mark."""
        return records.with_context(**{self.key: self})

    def is_on(self, records):
        return records.env.context.get(self.key) is self
