DROP TABLE lineage_row;
