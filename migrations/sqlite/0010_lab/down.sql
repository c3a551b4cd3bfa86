DROP TABLE plan_row;
DROP TABLE submission_row;
