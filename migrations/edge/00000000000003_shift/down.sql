DROP TABLE shift_handover;
DROP TABLE waste_kept;
DROP TABLE totaliser;
DROP TABLE pot;
DROP TABLE arrival;
DROP TABLE habit;
DROP TABLE draft;
DROP TABLE act;
