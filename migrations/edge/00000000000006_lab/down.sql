DROP TABLE lab_result;
DROP TABLE lab_import;
DROP TABLE lab_sheet_sample;
DROP TABLE lab_sheet;
DROP TABLE lab_receipt;
