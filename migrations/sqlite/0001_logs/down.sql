DROP TABLE blob;
DROP TABLE evidence;
DROP TABLE stream;
DROP TABLE entry;
DROP TABLE log;
