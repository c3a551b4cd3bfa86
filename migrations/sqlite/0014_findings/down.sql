DROP TABLE finding_row;
