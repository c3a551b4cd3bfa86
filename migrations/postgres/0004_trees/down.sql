DROP TABLE alarm;
DROP TABLE cosignature;
DROP TABLE checkpoint;
DROP TABLE tile;
DROP TABLE tree;
