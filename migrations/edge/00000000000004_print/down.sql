DROP TABLE commission;
DROP TABLE printed_code;
DROP TABLE print_job;
