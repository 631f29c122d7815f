from . import timebank_statement
