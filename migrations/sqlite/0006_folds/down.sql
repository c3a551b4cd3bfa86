DROP TABLE fold_row;
