-- Where the folds of batches with long histories stand: a projection like those of 0002. A batch
-- without a row is folded from all its entries.

CREATE TABLE fold_row (
    party TEXT NOT NULL,
    key   TEXT NOT NULL,
    doc   TEXT NOT NULL,
    PRIMARY KEY (party, key)
) STRICT;
