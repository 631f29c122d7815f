from . import (
    timebank_hours,
    timebank_migration,
    timebank_migration_carrying,
    timebank_migration_name,
    timebank_migration_person,
    timebank_migration_proof,
    timebank_migration_question,
    timebank_migration_row,
    timebank_migration_undoing,
    timebank_scheme,
    timebank_transfer,
)
